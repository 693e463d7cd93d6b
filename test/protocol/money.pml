/* Reserve, call, settle: four orchestrators of one episode, one paid call to make for each of two keys, a crash or a long pause anywhere.
 * A commit is one step here (decide and append as one): that it is, is what journal.pml checks.
 * The provider takes a call's price when it is called; it can be asked afterwards whether it was called.
 * With WAITING two orchestrators share the money with callers of other episodes, whose calls may cost less than they reserve: what others have
 * reserved is waited for, fails nobody, and nobody sleeps while there is money for him; a cost that nobody told is booked whole until a person corrects it,
 * and a budget is lowered too, never below what is in use.
 */
#define N 4
#define KEYS 2
#define CAP 1                    /* in calls: room for one of the two; the budget is raised once */

#define FREE 0
#define OPEN 1
#define HELD 2
#define SETTLED 3

byte op[KEYS];                   /* context.operations, context.settled */
byte calls[KEYS];                /* what the provider was asked to do */
byte settles[KEYS];
byte spent, reserved, cap = CAP;
byte claim;                      /* the number of the present claim     machines/episode/_claim-checks.ts */
bool live;                       /* it has not run out */
byte paid;
#define CALLERS 3
bool moved[CALLERS];             /* whenMoneyMoves: a commit has come since the caller listened */
bool waits[CALLERS];
bool lowered;
byte estimates;                  /* booked whole, and cost nothing: a correction gives that back */
#define MOVED moved[0] = true; moved[1] = true; moved[2] = true

#define SOUND assert(spent + reserved <= cap); assert(paid <= spent + reserved); assert(settles[0] <= 1 && settles[1] <= 1); assert(calls[0] <= 1 && calls[1] <= 1)

proctype orchestrator(byte me) {
  byte mine, k;
  bool ok;

  /* HeldClaim.take: only when no claim is alive; open operations of the one before become held.   actions.ts, lease.claim */
  atomic {
    !live -> claim++; mine = claim; live = true;
    k = 0; do :: k < KEYS -> if :: op[k] == OPEN ->
#ifdef RELEASE_AFTER_CRASH
      op[k] = FREE; reserved--
#else
      op[k] = HELD
#endif
      :: else fi; k++ :: else -> break od;
    k = 0; SOUND
  }
  do
  :: k >= KEYS -> break
  :: k < KEYS ->
     if
     :: op[k] == SETTLED -> k++                          /* Operations.#run: the kept result, without paying again */
     :: op[k] == HELD && mine == claim ->
#ifdef BLIND_RETRY
        goto sends;
#endif
        /* Operations.#reconcile: look it up; nothing is called again, and what nobody knows stays held. */
        if :: calls[k] > 0 -> goto settle :: else -> k++ fi
     :: op[k] == OPEN -> k++                             /* operation_exists */
     :: op[k] == FREE ->
#ifdef CALL_BEFORE_RESERVE
        calls[k]++; paid++; SOUND;
#endif
        atomic {                                         /* cost.reserve: _money-checks.ts checkReserve, in the commit itself */
          ok = (spent + reserved + 1 <= cap);
#ifndef CLAIM_NOT_CHECKED
          ok = ok && mine == claim;
#endif
          ok = ok && op[k] == FREE;
          if :: ok -> op[k] = OPEN; reserved++; assert(mine == claim) :: else fi;
          SOUND
        }
        if
        :: !ok -> k++
        :: ok ->
sends:     if
           :: goto dies                                  /* killed before the call */
           :: d_step { calls[k]++; paid++; SOUND }       /* Operations.#call */
           fi;
           if
           :: goto dies                                  /* killed before it is settled: held for the next one */
           :: true
           fi;
settle:    atomic {                                      /* operation.settled: money lands whoever says so, once   Operations.#settle */
             if
#ifdef SETTLE_TWICE
             :: true ->
#else
             :: op[k] == OPEN || op[k] == HELD ->
#endif
                op[k] = SETTLED; settles[k]++; spent++; if :: reserved > 0 -> reserved-- :: else fi; MOVED
             :: else
             fi;
             SOUND
           }
           k++
        fi
     :: else -> k++
     fi
  od;
  /* The claim is given back, if it is still this one's. */
  atomic { if :: mine == claim -> live = false :: else fi; goto end }
dies:
  skip;
end:
  skip
}

/* A claim runs out at any moment, also while its holder is only slow; a person raises the budget at any moment. */
active proctype world() {
  do
  :: atomic { live -> live = false }
  :: atomic { cap == CAP -> cap = CAP + 1; MOVED }
#ifdef WAITING
  /* budget.set: checkBudgetSet. Once, or nothing would ever come to rest. */
#ifdef LOWER_BLINDLY
  :: atomic { cap > CAP -> cap = CAP; SOUND }
#else
  :: atomic { cap > CAP && !lowered && spent + reserved <= CAP -> cap = CAP; lowered = true; SOUND }
#endif
  /* cost.corrected: down by what was never paid; whoever waits hears of it as of any commit. */
#ifdef CORRECT_TWICE
  :: atomic { estimates > 0 -> spent--; SOUND; MOVED }
#else
#ifdef CORRECT_IN_SILENCE
  :: atomic { estimates > 0 -> estimates--; spent--; SOUND }
#else
  :: atomic { estimates > 0 -> estimates--; spent--; SOUND; MOVED }
#endif
#endif
#endif
  od
}

#ifdef WAITING
/* reservation-queue.ts, inTurn: listen, ask, and ask again after each commit. A call of theirs may cost nothing of what was reserved for it. */
proctype caller(byte me) {
  byte cost;
again:
#ifndef LISTEN_LATE
  moved[me] = false;
#endif
  atomic {
    if
    :: spent + reserved + 1 <= cap -> reserved++; SOUND; goto calls_
#ifdef FAIL_ON_RESERVED
    :: else -> assert(spent + 1 > cap); goto end         /* budget_exhausted is for what can never fit */
#else
    :: else -> if :: spent + 1 > cap -> goto end :: else fi
#endif
    fi
  }
#ifdef LISTEN_LATE
  moved[me] = false;
#endif
  waits[me] = true;
  atomic { moved[me] -> waits[me] = false; goto again }
calls_:
  if :: goto end :: true fi;                             /* killed: held, and in the way until a person comes */
  d_step { if :: me == 0 -> cost = 1 :: else -> cost = 0 fi; paid = paid + cost; SOUND }
  if :: goto end :: true fi;
  atomic {
    reserved--;
    if
    :: spent = spent + cost
    :: spent++; estimates = estimates + 1 - cost         /* nobody told: the reservation is booked */
    fi;
    SOUND; MOVED
  }
end:
  skip
}

/* When nothing moves any more, nobody sleeps who could have his money. */
active proctype watch() {
  timeout;
  assert(!((waits[0] || waits[1] || waits[2]) && spent + reserved + 1 <= cap))
}

init { atomic { run orchestrator(0); run orchestrator(1); run caller(0); run caller(1); run caller(2) } }
#else
init { atomic { run orchestrator(0); run orchestrator(1); run orchestrator(2); run orchestrator(3) } }
#endif
