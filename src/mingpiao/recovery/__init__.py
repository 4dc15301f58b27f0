"""找回与挂失: what people do who cannot sign in, by a code that is sent to a telephone."""
