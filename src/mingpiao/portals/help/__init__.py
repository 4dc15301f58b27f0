"""使用手册 within the site: the handbooks of `docs/handbook` as pages, with a search by words."""
