# Ends a command, and everything it started, when Fen is killed. POSIX sh: dash, bash 3.2, busybox.
# $1: the environment variable its processes bear, $2: the grace in tenths of a second,
# $3: how to list processes: proc, ps or mac.

# Where there is no setsid, what Fen's process group gets (Ctrl-C, Ctrl-Z, a closed terminal) comes
# here too, and must not end this.
trap '' HUP INT QUIT TERM PIPE ALRM USR1 USR2 TSTP TTIN TTOU
cd /
unset FEN_WATCHDOG
mark=$1 grace=$2 kind=$3
known=' ' # pid:birth of every process seen, so that an orphan is not lost
terminated=

# One "parent:pid:birth" for every live process, in $table; pids that bear the mark, in $marked.
list_proc() {
  marked=' '
  # shellcheck disable=SC2013
  for file in $(grep -lsz "^$mark=" /proc/[0-9]*/environ); do
    file=${file#/proc/}
    marked="$marked${file%/environ} "
  done
  table=
  for file in /proc/[0-9]*/stat; do
    read -r stat <"$file" || continue
    pid=${stat%% *}
    # The name may hold brackets and blanks; after the last bracket come state, parent, ...
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    case $1 in
      Z) [ "${18}" -le 1 ] || table="$table $2:$pid:${20}" ;;
      X | x) ;;
      *) table="$table $2:$pid:${20}" ;;
    esac
  done
}

list_ps() {
  marked=" $("$@" -o pid=,command= | while read -r pid rest; do
    case " $rest" in *" $mark="*) printf '%s ' "$pid" ;; esac
  done)"
  table=$(ps -axo pid=,ppid=,stat=,lstart= | while read -r pid parent state a b c d e; do
    case $state in Z*) ;; *) printf ' %s:%s:%s' "$parent" "$pid" "${a}_${b}_${c}_${d}_$e" ;; esac
  done)
}

# Sets $members to the pids of the command and everything it started.
find_members() {
  case $kind in
    proc) list_proc ;;
    mac) list_ps ps -axEww ;;
    *) list_ps ps axeww ;;
  esac
  members=' '
  seen=' '
  rest=
  for entry in $table; do
    process=${entry#*:}
    case "$known$marked" in
      *" $process "* | *" ${process%%:*} "*)
        members="$members${process%%:*} "
        seen="$seen$process "
        ;;
      *) rest="$rest $entry" ;;
    esac
  done
  more=yes
  while [ "$more" ]; do
    more=
    table=$rest
    rest=
    for entry in $table; do
      process=${entry#*:}
      case $members in
        *" ${entry%%:*} "*)
          members="$members${process%%:*} "
          seen="$seen$process "
          more=yes
          ;;
        *) rest="$rest $entry" ;;
      esac
    done
  done
  known=$seen
  [ "$members" != ' ' ]
}

pauses=0
pause() {
  pauses=$((pauses + 1))
  if [ "$pauses" -gt 20 ]; then duration=0.5; else duration=0.1; fi
  sleep "$duration" 2>/dev/null || sleep 1 # POSIX knows whole seconds only
}

# Moves $now on, in tenths of a second; by counting pauses where there is no better clock.
tick() {
  if [ "$pauses" -gt 20 ]; then now=$((now + 5)); else now=$((now + 1)); fi
  if [ "$kind" = proc ] && read -r up rest </proc/uptime; then
    fraction=${up#*.}
    now=$((${up%.*} * 10 + ${fraction%?}))
  fi
}

alive() {
  # Who is in the middle of execve bears no mark for a moment: nobody is left when two looks agree.
  find_members || { pause && find_members; }
}

while read -r word pid birth; do
  case $word in
    command) known=" $pid:$birth " ;;
    term) terminated=yes ;;
    'done') exit 0 ;;
  esac
done

# The pipe has ended without a word: Fen was killed.
alive || exit 0
if [ ! "$terminated" ]; then
  # shellcheck disable=SC2086
  kill -TERM $members
  now=0
  tick
  end=$((now + grace))
  while [ "$now" -lt "$end" ]; do
    pause
    alive || exit 0
    tick
  done
fi
while alive; do
  # shellcheck disable=SC2086
  kill -KILL $members
  # What cannot be killed (another user's) is waited for: while this process lives, its holder is
  # not taken for dead, and only time frees the lock.
  pause
done
exit 0
