"""Text messages: the list of the administrator, receipts, and the demonstration's telephone."""
