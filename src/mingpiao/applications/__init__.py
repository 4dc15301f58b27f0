"""开票申请: requests that wait for evidence, for their handler, or for a person of the department."""
