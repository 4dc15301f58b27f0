"""The local agent: it holds a person's keys on their own machine, and signs for pages of the platform."""
