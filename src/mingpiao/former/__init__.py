"""历史票据: bills that an old system issued and sealed, imported so that they can be written off here."""
