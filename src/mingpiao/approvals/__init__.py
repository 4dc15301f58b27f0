"""待审变更: changes that one person proposes and another one decides."""
