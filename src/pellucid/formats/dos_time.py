"""Dates and times of MS-DOS, as FAT and zip keep them (two seconds apart, no time zone)."""

import calendar


def seconds(date: int, time: int) -> int | None:
    """Seconds since 1970, the stated time taken as UTC; None for a date that cannot be."""
    year, month, day = 1980 + (date >> 9), date >> 5 & 15, date & 31
    if not 1 <= month <= 12 or not day:
        return None
    return calendar.timegm((year, month, day, time >> 11, time >> 5 & 63, (time & 31) * 2))
