clock.o: lib/clock/clock.c lib/clock/clock.h
lib/clock/clock.h:
