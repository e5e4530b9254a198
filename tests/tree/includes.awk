# SPDX-License-Identifier: BSD-2-Clause
# Includes that point upward: awk -v module="FOLDERS" -f includes.awk floors FILES...

function folder(path) { return sub(/\/[^\/]*$/, "", path) ? path : "." }
function program(at) { return match(at, /^tools\/[^\/]+/) ? substr(at, 1, RLENGTH) : at }

BEGIN {
	split(module, names, " ")
	for (i in names)
		of_module[names[i]]
}

# Of floors.
FNR == NR && /^#|^$/ { next }
FNR == NR && $1 == "module" { may_have[$2]; next }
FNR == NR && $1 == "except" { excepted[$2 " " $3]; next }
FNR == NR { for (i = 1; i <= NF; i++) floor[$i] = FNR; next }

FNR == 1 {
	here = folder(FILENAME)
	if (!(here in floor))
		print FILENAME ": " here " is on no floor"
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	what = part[2]
	there = folder(what)
	if (there == ".")
		next	# its own folder's
	there = (("lib/" there) in floor ? "lib/" : "tools/") there
	wrong = ""
	if (!(there in floor))
		wrong = "is on no floor"
	else if (there == here || !(here in floor))
		next
	else if (floor[there] >= floor[here])
		wrong = "is not below it"
	else if (there ~ /^tools/ && program(there) != program(here))
		wrong = "is another program's"
	else if (here in of_module && !(there in of_module) && !(what in may_have))
		wrong = "is not the module's"
	if (wrong == "")
		next
	if ((FILENAME " " what) in excepted)
		met[FILENAME " " what]
	else
		print FILENAME ": " what " " wrong
}

END {
	for (one in excepted)
		if (!(one in met))
			print "an exception that is none any more: " one
}
