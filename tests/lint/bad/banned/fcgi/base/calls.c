/* strcat(a, b) in a comment is no call, "strtok(" in a string neither. */
const char *word = "strtok(a, b)";
void
calls(char *a, const char *b)
{
	sprintf(a, "%s", b);
	system (b);
	if (atoi(b) == 1)
		hdf_set_value(a, b);
}
