# SPDX-License-Identifier: BSD-2-Clause
# What gcov -n says of files, summed up for each folder.

/^File / {
	room = $2
	gsub(/'/, "", room)
	if (room !~ /^(lib|tools)\/.*\.c$/ || !sub(/\/[^\/]*$/, "", room))
		room = ""
}

/^Lines executed:/ && room != "" {
	split($0, part, /[:%]| of /)
	lines[room] += part[4]
	run[room] += part[2] * part[4] / 100
	room = ""
}

function line(name, some, all) { return sprintf("%-24s %5.1f %%  %5d of %d", name, all ? 100 * some / all : 0, some + .5, all) }

END {
	for (room in lines) {
		print line(room, run[room], lines[room]) | "sort"
		all_lines += lines[room]
		all_run += run[room]
	}
	close("sort")
	print line("all", all_run, all_lines)
}
