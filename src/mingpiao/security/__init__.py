"""What 安全管理员 decide: who may do what."""
