/* Redo files beside the journal (docs/decisions/redo-files.md): N processes that append, each durable by its own redo file or by a sync of the
 * segment; killed anywhere, closed, or cut off by the power up to CUTS times, also amid bringing back what it took.
 * How lines claim their places, and syncs that fail, are in journal.pml: here a line that does not land is void, and disks do not fail.
 * A line is one cell. At a power cut each piece of a segment that was not synced is lost or kept; what is in a redo file is kept, but for one that
 * is being written over. Looked at here: what was acknowledged, and every valid line before it, can be had after a power cut at any moment; and
 * nobody decides without a line that counts.
 */
#ifndef N
#define N 2
#endif
#ifndef C
#define C 3           /* cells of a segment */
#endif
#ifndef S
#define S 2           /* segments */
#endif
#ifndef F
#define F 2           /* redo files that may be made: those who come later do without */
#endif
#ifndef CUTS
#define CUTS 2
#endif
#define CELLS (S * C)
#define AT(s, i) ((s) * C + (i))

byte size[S];
bool valid[CELLS];
bool present[CELLS];  /* programs see it in its segment */
bool durable[CELLS];  /* it is on the disk there */
bool copied[CELLS];   /* it is among the copies with which a later segment begins    restore.ts makeRestored */
bool acked[CELLS];
bool redo[F * CELLS]; /* it is in this redo file */
bool given[F];        /* renamed by another                              RedoFiles.#giveUpOthers */
bool gone[F];
byte files;
bool sealed[S];
byte last;            /* the last segment */
byte count;           /* valid commits */
byte cuts;

#define IN(f, c) redo[(f) * CELLS + (c)]
#if F > 2
#define KEPT(c) (IN(0, c) || IN(1, c) || IN(2, c))
#else
#define KEPT(c) (IN(0, c) || IN(1, c))
#endif

inline syncs(s) {
  d_step { j = 0; do :: j < size[s] -> durable[AT(s, j)] = present[AT(s, j)]; j++ :: else -> break od; j = 0 }
}

inline clears(f) {
  d_step { j = 0; do :: j < CELLS -> IN(f, j) = false; j++ :: else -> break od; j = 0 }
}

/* A cut has come: this process is no more, and another comes in its place. */
inline lives() { if :: e != cuts -> goto start :: else fi }

proctype writer(byte me) {
  byte s, here, claim, basis, know, j, e, tail;
  byte own = F, other = F, view;
  bool synced, sure, over, lacks;

start:                                                  /* what a process leaves behind: its redo file */
  atomic { own = F; other = F; know = 0; synced = false; over = false; here = 0; claim = 0; basis = 0; view = 0; sure = false; lacks = false; tail = 0; s = last; e = cuts }
#ifdef APPEND_BEFORE_RESTORE
  goto decides;
#endif
looks:                                                  /* restore.ts restoreRedone, lacking.ts findLacking */
  atomic {
    lives();
    if :: last != s -> synced = false; know = 0 :: else fi;
    s = last; view = 0; lacks = false; tail = 0;
    d_step {
      j = 0;
      do
      :: j < C ->
         if :: valid[AT(s, j)] && (present[AT(s, j)] || KEPT(AT(s, j))) -> view = view | (1 << j); tail = j + 1; lacks = lacks || !present[AT(s, j)] :: else fi;
         j++
      :: else -> break
      od;
      j = 0
    }
    if
    :: sealed[s] && s + 1 < S -> tail = 0; lacks = false; goto makes
    :: sealed[s] && s + 1 >= S -> goto end
    :: !sealed[s] && !lacks -> view = 0; tail = 0; goto decides
    :: !sealed[s] && lacks -> lacks = false
    fi
  }
  /* restore.ts landSealBehind: it counts where nobody has written behind what was looked at. */
  atomic {
    lives();
    j = 0; here = 0;
    d_step { do :: j < C -> if :: valid[AT(s, j)] -> here = j + 1 :: else fi; j++ :: else -> break od; j = 0 }
    if :: !sealed[s] && here == tail -> sealed[s] = true :: else fi;
    here = 0; tail = 0;
#ifndef SEAL_NOT_SEEN_AGAIN
    goto looks
#endif
  }
makes:
  atomic {
    lives();
    if
    :: last == s && s + 1 < S ->
       last = s + 1;
       j = 0;
       do
       :: j < C ->
          if
          :: valid[AT(s, j)] && (view & (1 << j)) -> copied[AT(s, j)] = true
          :: valid[AT(s, j)] && !(view & (1 << j)) -> assert(!acked[AT(s, j)]); valid[AT(s, j)] = false; count--
          :: else
          fi;
          j++
       :: else -> break
       od;
       j = 0
#ifdef SEAL_NOT_SEEN_AGAIN
    :: last > s ->                                      /* copies of what was seen take over from what others have appended since */
       j = 0;
       do :: j < C -> assert(!(valid[AT(last, j)] && acked[AT(last, j)])); j++ :: else -> break od;
       j = 0
#endif
    :: else
    fi;
    view = 0;
    goto looks
  }

decides:                                                /* Journal.refresh, and the caller decides */
  atomic {
    lives();
    if :: sealed[last] || last != s -> goto looks :: else fi;
    if :: size[s] >= C -> goto end :: else fi;
    claim = size[s]; basis = 0; tail = 0; j = 0;
    do
    :: j < CELLS ->
       assert(!acked[j] || present[j] || copied[j]);
       if :: valid[j] && (present[j] || copied[j]) -> basis++; if :: j >= AT(s, 0) -> tail = j + 1 - AT(s, 0) :: else fi :: else fi;
       j++
    :: else -> break
    od;
    j = 0;
    if
#ifndef POWER_ONLY
    :: goto start                                       /* kill -9; also before any of the following steps that has this */
#endif
    :: goto closes
    :: !synced -> syncs(s); synced = true; know = tail; over = true; sure = true          /* Journal.#appendFirst */
    :: synced -> sure = (know >= tail)
    fi;
    tail = 0
  }
  atomic {                                              /* landing.ts land */
    lives();
    if :: size[s] >= C -> goto end :: else fi;
    here = size[s]; size[s] = here + 1;
    if
    :: here == claim && !sealed[s] -> assert(basis == count); valid[AT(s, here)] = true; present[AT(s, here)] = true; count++
    :: else -> here = 0; claim = 0; basis = 0; sure = false; goto decides
    fi;
    claim = 0; basis = 0
  }
  if
#ifdef REDO_BEHIND_OTHERS
  :: skip
#else
  :: sure -> skip                                       /* Journal.#isRedone: everything before is known to be durable */
#endif
  :: goto sync
  fi;
  if
  :: atomic { own == F && files < F -> lives(); own = files; files++; over = false }      /* RedoFiles.make: durable, and empty */
  :: own < F
  :: own == F -> goto sync
  fi;
  if
  :: atomic { own > 0 && other == F && !given[0] && !gone[0] -> lives(); other = 0; given[0] = true }    /* RedoFiles.#giveUpOthers */
  :: atomic { own != 1 && files > 1 && other == F && !given[1] && !gone[1] -> lives(); other = 1; given[1] = true }
  :: skip
  fi;
#ifdef GIVE_UP_WITHOUT_SYNC
  if :: atomic { other < F -> lives(); clears(other); gone[other] = true; other = F } :: skip fi;
#endif
  /* RedoFiles.keep: over what was there, where the segment has been synced since. */
#ifdef NO_SYNC_AT_LAP
  if :: over = true :: skip fi;
#endif
  if :: atomic { over -> lives(); clears(own); over = false } :: !over fi;
  atomic { lives(); if :: !gone[own] -> IN(own, AT(s, here)) = true :: else fi }
  if
#ifndef POWER_ONLY
  :: goto start
#endif
  :: skip
  fi;
#ifndef NO_NAME_CHECK
  atomic { lives(); if :: given[own] -> own = F; goto sync :: else fi }
#endif
  know = here + 1;
  goto acknowledges;
sync:
  if
#ifndef POWER_ONLY
  :: goto start
#endif
  :: sure = false
  fi;
  atomic { lives(); syncs(s); know = here + 1; over = true }
  if :: atomic { other < F -> lives(); clears(other); gone[other] = true; other = F } :: other == F fi;    /* RedoFiles.synced */
acknowledges:
  atomic { lives(); assert(valid[AT(s, here)] || s != last); acked[AT(s, here)] = true; here = 0; claim = 0; basis = 0; sure = false; tail = 0; goto decides }

closes:                                                 /* Journal.close */
  atomic { lives(); if :: own == F -> goto start :: else fi; syncs(s) }
  if :: atomic { other < F -> lives(); clears(other); gone[other] = true; other = F } :: other == F fi;
  atomic { lives(); clears(own); gone[own] = true; goto start }
end:
  skip
}

/* The power goes: what is not durable is lost or not, and what follows a line that is lost is lost with it. */
proctype power() {
  byte j;
  bool broken;
  do
  :: atomic {
       cuts < CUTS ->
       cuts++;
       if :: sealed[last] -> if :: sealed[last] = false :: skip fi :: else fi;
       j = AT(last, 0); broken = false;
       do
       :: j < AT(last, 0) + C ->
          if
          :: present[j] && !durable[j] -> if :: present[j] = false :: durable[j] = true fi
          :: else
          fi;
          if
          :: valid[j] && (broken || (!present[j] && !KEPT(j))) -> assert(!acked[j]); broken = true; valid[j] = false; count--
          :: else
          fi;
          j++
       :: else -> break
       od;
       j = 0; broken = false
     }
  :: break
  od
}

init {
  atomic {
    run writer(0); run writer(1);
#if N > 2
    run writer(2);
#endif
    run power()
  }
}
