"""重点监控: units that a department watches, for departments alone."""
