"""授权: who may do what, for 安全管理员."""
