"""ISO 9660 discs with Rock Ridge, Joliet and El Torito (ECMA-119; IEEE P1281 and P1282)."""
