int cppcheck(int n);
int
cppcheck(int n)
{
	int	a[4] = { 0 };

	if (n == 4)
		a[n] = 1;
	return a[0];
}
