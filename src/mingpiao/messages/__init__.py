"""站内消息: what the platform tells a unit or a department."""
