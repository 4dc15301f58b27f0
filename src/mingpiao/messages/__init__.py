"""站内消息: messages from the platform to a unit or a department."""
