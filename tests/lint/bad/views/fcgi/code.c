const char *code(void) { return "error.nobody_wrote_this"; }
