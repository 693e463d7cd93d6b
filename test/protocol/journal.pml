/* The journal's commit rule: N processes, each with one commit to make, a crash anywhere, and, where asked for, a torn write (TEAR) or a failing
 * sync (FAIL); one change of segment. test/protocol/protocol.test.ts says which combinations are looked at in full.
 * A line is one cell. `at` is the cell it lies in; a line counts when it claims that cell.   src/journal/line.ts decodeLine
 * Segment 0 is the first file; segment 1 is the one that a seal leads to, by size or after a failed sync.
 * Power may go at any moment: what is acknowledged must be on disk, with every valid line before it, at the moment it is acknowledged;
 * what is durable stays so, and what lies before a line never changes: so this holds for a power cut at any later moment.
 * Assumed of the system: O_APPEND writes of one file follow each other; after a failed sync every handle that was open hears an error once
 * (Linux 4.16 and later), later syncs succeed, and what was dirty is never written (the lines are `holes`).
 * Not in the true model: a process that opens the file between somebody's failed sync and his rescue (LATE_OPEN).
 */
#ifndef N
#define N 3
#endif
#ifndef CELLS
#define CELLS 6
#endif
#define CAP 2

byte size[2];
bool valid[12];       /* 2 * CELLS: whether readers take the line        Chain.worth, Reader.#line */
bool torn[12];
bool durable[12];
bool hole[12];
byte count;           /* valid commits so far */
bool sealed;          /* segment 0 ends in a valid seal                  landing.ts landSeal */
bool made;            /* the next segment is there, whole and durable    make-segment.ts makeSegment */
bool rescued;         /* it begins with copies                           rescue.ts linesBetween */
byte from;            /* what is before was durable for certain          Journal.#durableTo */
/* One thing goes wrong at a time, beside crashes, so that all interleavings can be looked at. */
#ifdef TEAR
bool tore;
#else
bool tore = true;
#endif
#ifdef FAIL
bool failed;          /* the one sync that fails has failed */
#else
bool failed = true;
#endif
bool hears[N];        /* this open handle will hear of it */

#define AT(s, i) ((s) * CELLS + (i))

/* fdatasync: everything of the file that is not lost becomes durable    Journal.#sync */
inline syncs(s) {
  d_step { j = 0; do :: j < size[s] -> if :: !hole[AT(s, j)] -> durable[AT(s, j)] = true :: else fi; j++ :: else -> break od; j = 0 }
}

inline failing() {
  d_step {
    failed = true; j = 0;
    do :: j < size[0] -> if :: !durable[j] -> hole[j] = true :: else fi; j++ :: else -> break od;
    j = 0; do :: j < N -> hears[j] = true; j++ :: else -> break od; j = 0
  }
}

/* One write at the end of a file. Whether it counts is decided by where it lands, once and for all.   landing.ts land */
/* Void lines can make each other void without end: a full file ends the model here. */
inline append(s, isCommit) {
  if :: size[s] >= CELLS -> goto end :: else fi;
  d_step {
    here = size[s];
#ifdef NO_SPOILER
    /* A torn line that lacks only its newline comes alive when the next writer begins with one. */
    if :: here > 0 && torn[AT(s, here - 1)] && !valid[AT(s, here - 1)] -> valid[AT(s, here - 1)] = true; count++ :: else fi;
#endif
    size[s] = here + 1;
    lands = (here == claim);
#ifdef NO_POSITION_CHECK
    lands = true;
#endif
#ifndef LINES_BEHIND_A_SEAL
    lands = lands && !(s == 0 && sealed);
#endif
    if
    :: lands && isCommit -> valid[AT(s, here)] = true; assert(basis == count); count++; assert(count <= CAP)
    :: else
    fi
  }
}

proctype writer(byte me) {
  byte s, here, claim, basis, j;
  bool lands, retried, suspect, decided, first = true;

again:
  atomic {
    here = 0; lands = false;
    s = (made -> 1 : 0); claim = size[s];
#ifdef CAP_OUTSIDE
    if :: !decided -> basis = count; decided = true :: else fi;
#else
    basis = count;
#endif
    if
    :: goto end                                         /* kill -9; also between any two of the following steps */
    :: sealed && !made -> goto makes                    /* Reader.#advance: whoever may write makes the segment that a seal names */
    :: basis >= CAP -> goto end                         /* refused */
    :: s == 0 && !(sealed && !made) && claim >= 2 -> goto seals    /* Journal.#isDue */
    :: (s == 1 || !first) && !(sealed && !made) && basis < CAP -> goto writes
    :: s == 0 && first && !(sealed && !made) && basis < CAP -> skip
    fi
  }

  /* A handle that has synced nothing yet syncs before it writes.   Journal.#append, #hasSynced */
  if
  :: atomic { !hears[me] -> syncs(0); first = false }
  :: atomic { hears[me] -> hears[me] = false; goto suspects }
  :: atomic { !failed -> failing(); hears[me] = false; goto suspects }
  fi;
writes:
  atomic {
    if
    :: append(s, true)
    :: !tore && size[s] < CELLS ->                      /* a short write, or a kill amid it: a fragment, void */
       here = size[s]; torn[AT(s, here)] = (here == claim && !(s == 0 && sealed)); size[s] = here + 1; tore = true;
       goto end
    fi;
#ifndef NO_RECHECK_AFTER_LANDING
    /* landing.ts isThere: not at its place: void; read on and decide again. Once here: void lines can make each other void without end. */
    if :: !lands && retried -> goto end :: !lands && !retried -> retried = true; goto again :: else fi
#endif
  }
#ifdef ACK_BEFORE_SYNC
  goto acknowledges;
#endif
  if
  :: goto end
  :: atomic { s == 1 || !hears[me] -> syncs(s); goto acknowledges }
  :: atomic { s == 0 && hears[me] -> hears[me] = false; goto suspects }
  :: atomic { s == 0 && !failed -> failing(); hears[me] = false; goto suspects }
  fi;
acknowledges:
  /* The caller's promise resolves.   Production.#write */
  atomic {
    assert(valid[AT(s, here)]);
    j = 0; do :: j <= here -> assert(!valid[AT(s, j)] || durable[AT(s, j)]); j++ :: else -> break od;
    j = 0; do :: s == 1 && j < size[0] -> assert(!valid[j] || durable[j]); j++ :: else -> break od;
    goto end
  }

suspects:                                               /* Journal.#suspect: the callers are told that the outcome is unknown */
#ifdef NO_RESCUE
  if :: syncs(0); first = false; goto again :: goto end fi;
#endif
  suspect = true;
  /* LATE_OPEN is closed to this model; the failing process lives until its rescue is made. */
seals:
  if :: size[0] >= CELLS -> goto end :: else fi;         /* rescue.ts rescue, landing.ts landSeal: a seal claims its place like any line */
  if :: made -> goto next :: sealed -> goto makes :: else fi;
  d_step { claim = size[0] }
  if
  :: !suspect -> goto end
  :: true
  fi;
  atomic { append(0, false); if :: lands -> sealed = true :: else fi }
  if :: !lands -> goto seals :: else fi;
makes:                                                  /* Journal.#makeNext */
  if :: !suspect -> if :: goto end :: true fi :: else fi;
  if :: made -> goto next :: else fi;
#ifndef ROTATE_WITHOUT_SYNC
  if
  :: suspect -> skip
  :: atomic { !suspect && !hears[me] -> syncs(0) }               /* Journal.#syncSealed */
  :: atomic { !suspect && hears[me] -> hears[me] = false; suspect = true }
  :: atomic { !suspect && !failed -> failing(); hears[me] = false; suspect = true }
  fi;
#endif
  d_step {
    if
    :: !made ->
       made = true;
       if
       :: suspect ->
          rescued = true;
#ifndef NO_COPIES
          /* Copies of every valid line since the last durable position, synced before the segment has its name. */
          j = 0; do :: j < size[0] -> if :: valid[j] -> durable[j] = true :: else fi; j++ :: else -> break od; j = 0
#endif
       :: else
       fi
    :: else
    fi
  }
next:
  if :: suspect -> goto end :: else -> goto again fi;
end:
  atomic { s = 0; here = 0; claim = 0; basis = 0; j = 0; decided = false; lands = false; retried = false; suspect = false; first = false; hears[me] = false }
}

init {
  atomic {
    run writer(0); run writer(1);
#if N > 2
    run writer(2);
#endif
#if N > 3
    run writer(3)
#endif
  }
}
