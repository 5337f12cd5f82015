int format( int a ) { return a ; }
