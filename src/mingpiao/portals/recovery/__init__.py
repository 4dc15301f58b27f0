"""找回密码 and 挂失: pages for people who cannot sign in."""
