enum fruit { APPLE, PEAR };
enum size { SMALL, LARGE };
enum size clang(enum fruit f);
enum size
clang(enum fruit f)
{
	return f;
}
