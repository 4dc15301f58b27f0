"""开票申请: requests for a bill that wait for their evidence, for their handler, or for the department."""
