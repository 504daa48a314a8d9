-------------------------- MODULE TwoLevelNested --------------------------
(* The two levels, finer than TwoLevel: every register is read on its own
   step, the drain goes in passes, children of a live run ask for further
   models or pass through their ancestors' locks, leases may lapse, answers are
   lost and writes land late, records are freed by force or removed. A
   record's nonce is <<holder, attempt>>. A swap that is applied is one step
   (it proves that nothing changed since the read); one that conflicts changes
   nothing and is left out. One that lands late does so only while its register
   is as it was when it was sent. Versions are compared through `same`: the
   registers unchanged since a drainer last read them; with Count, versions and
   tokens are carried as numbers as well.                                    *)
EXTENDS Naturals, FiniteSets
CONSTANTS S, R, NM,  \* structural commands, runs (children among them), number of models
  NeedSets,    \* the assignments run -> set of models, one is chosen at the start
  Parent,      \* Parent[r] = the run or structural command whose child r is, or "none"
  Leaves,      \* a run may release while its children still live
  Expire,      \* leases may lapse; a lapsed one that never moves again is a dead process
  MaxEp,       \* attempts (nonces) per participant
  MaxLate,     \* how many takes may be on their way without an answer at a time; if any, releases are lost too
  MaxForce,    \* how many records are freed by force
  MaxRemove,   \* how many records are removed
  Young,       \* bad: also one that came into being after a drain saw none there
  Hasty,       \* bad: also one that a take which is still on its way would create anew
  Count, MaxVer,
  OnePass,     \* bad: one clean pass is enough
  NoPassAfter, \* bad: a clean pass before the global lock is taken is enough
  NoCompare,   \* bad: two clean passes, versions not compared
  ReadBefore,  \* bad: the child reads its ancestor's lock before it takes its own
  NoReread,    \* bad: a child is admitted on its word
  SkipStale,   \* bad: a stale model lock is passed over in the drain
  NoNonce,     \* bad: the claim is compared by holder, not by nonce
  NoProof      \* bad: a record found under the own nonce counts without one more swap
G == 0
Models == 1..NM
Locks == 0..NM
Pr == S \cup R
Nobody == <<"nobody", 0>>
VARIABLES own, stale, ver, tok, gone,    \* registers; those that are absent, where records are removed
  late, untold,                          \* takes on their way; records whose nonce nobody knows to hold
  pc, ep, lapsed, needs, wait, claim, pre, \* participants
  victim, forced, removed,               \* nonces whose record was freed by force or removed; how often
  left, pass, cmp, same, absent          \* the drain
regs == <<own, stale, ver, tok, gone, late, untold, same>>
drain == <<left, pass, cmp, absent>>
env == <<victim, forced, removed>>
part == <<ep, lapsed, needs, wait, claim, pre>>
vars == <<regs, pc, part, env, drain>>
N(p) == <<p, ep[p]>>
Mine(p) == {l \in Locks \ untold: own[l] = N(p)}
Passed(p) == {l \in needs[p]: \E m \in claim[p]: m[1] = l}
Own(p) == needs[p] \ Passed(p)
Want(p) == Own(p) \ Mine(p)
Free(l) == own[l] = Nobody \/ stale[l]
Kids(p) == {c \in R: Parent[c] = p}
Go(p,c) == pc' = [pc EXCEPT ![p] = c]
Init == /\ own = [l \in Locks |-> Nobody] /\ stale = [l \in Locks |-> FALSE]
        /\ ver = [l \in Locks |-> 0] /\ tok = [l \in Locks |-> 0] /\ gone = (IF MaxRemove > 0 THEN Locks ELSE {})
        /\ late = {} /\ untold = {}
        /\ pc = [p \in Pr |-> IF p \in S THEN "quiet" ELSE IF Parent[p] # "none" THEN "asleep" ELSE "start"]
        /\ ep = [p \in Pr |-> 0] /\ lapsed = [p \in Pr |-> FALSE]
        /\ needs \in NeedSets /\ wait = [p \in R |-> 0]
        /\ claim = [p \in R |-> {}] /\ pre = [p \in R |-> FALSE]
        /\ victim = {} /\ forced = 0 /\ removed = 0
        /\ left = [s \in S |-> Models] /\ pass = [s \in S |-> 0] /\ cmp = [s \in S |-> TRUE]
        /\ same = [s \in S |-> {}] /\ absent = [s \in S |-> {}]
\* one swap on each register of L: new nonce o; raise: a new acquisition. A late take of an absent one outlives it
Bump(L, raise) ==
  /\ stale' = [l \in Locks |-> IF l \in L THEN FALSE ELSE stale[l]]
  /\ ver' = IF Count THEN [l \in Locks |-> IF l \in L THEN ver[l]+1 ELSE ver[l]] ELSE ver
  /\ tok' = IF Count /\ raise THEN [l \in Locks |-> IF l \in L THEN tok[l]+1 ELSE tok[l]] ELSE tok
  /\ late' = {m \in late: m[1] \notin L \/ (m[3] /\ removed < MaxRemove)} /\ untold' = untold \ L
Keep(L, o, raise) ==
  /\ own' = [l \in Locks |-> IF l \in L THEN o ELSE own[l]] /\ Bump(L, raise)
  /\ same' = [s \in S |-> same[s] \ L]
Put(L, o, raise) == Keep(L, o, raise) /\ gone' = gone \ L
\* what is given back; without an answer the record stays, and nobody knows to hold it
Give(L) == \/ Put(L, Nobody, FALSE)
           \/ /\ MaxLate > 0 /\ L # {} /\ untold' = untold \cup L
              /\ UNCHANGED <<own, stale, ver, tok, gone, late, same>>
Drop(p) == Give(Mine(p))
NoDrain(s) == /\ left' = [left EXCEPT ![s] = Models] /\ pass' = [pass EXCEPT ![s] = 0] /\ cmp' = [cmp EXCEPT ![s] = TRUE]
              /\ absent' = [absent EXCEPT ![s] = {}]
Send(l, n) == /\ Cardinality(late) < MaxLate /\ late' = late \cup {<<l, n, l \in gone>>}
              /\ UNCHANGED <<own, stale, ver, tok, gone, untold, same>>
\* ---- structural: passes from before the taking of the global lock on
SSkip(s) == /\ pc[s] = "quiet" /\ Go(s,"start")   \* half the deadline is gone
            /\ NoDrain(s) /\ same' = [same EXCEPT ![s] = {}]
            /\ UNCHANGED <<own, stale, ver, tok, gone, late, untold, part, env>>
Next_(s) == <<s, ep[s]+1>>
STaken(s) == /\ ep' = [ep EXCEPT ![s] = @+1] /\ lapsed' = [lapsed EXCEPT ![s] = FALSE]
             /\ Put({G}, Next_(s), TRUE) /\ Go(s, IF NoPassAfter /\ pass[s] = 1 THEN "work" ELSE "drain")
             /\ UNCHANGED <<needs, wait, claim, pre, env, drain>>
STake(s) == pc[s] = "start" /\ Free(G) /\ ep[s] < MaxEp /\ STaken(s)
SLost(s) == /\ pc[s] = "start" /\ Free(G) /\ ep[s] < MaxEp /\ Send(G, Next_(s)) /\ UNCHANGED <<pc, part, env, drain>>
SProve(s) == pc[s] = "start" /\ G \in untold /\ own[G] = Next_(s) /\ STaken(s)
SRead(s,l) ==
  /\ pc[s] \in {"quiet","drain"} /\ ~lapsed[s] /\ l \in left[s]
  /\ IF own[l] = Nobody \/ (stale[l] /\ SkipStale)
     THEN /\ left' = [left EXCEPT ![s] = @ \ {l}]
          /\ cmp' = [cmp EXCEPT ![s] = pass[s] = 0 \/ (@ /\ (l \in same[s] \/ (l \in gone /\ l \in absent[s])))]
          /\ same' = [same EXCEPT ![s] = @ \cup {l}]
          /\ absent' = [absent EXCEPT ![s] = IF l \in gone THEN @ \cup {l} ELSE @ \ {l}]
          /\ UNCHANGED <<own, stale, ver, tok, gone, late, untold, pass>>
     ELSE IF stale[l]
     THEN /\ own' = [own EXCEPT ![l] = Nobody] /\ Bump({l}, TRUE) /\ gone' = gone \ {l}
          /\ same' = [t \in S |-> IF t = s THEN same[t] \cup {l} ELSE same[t] \ {l}]
          /\ absent' = [absent EXCEPT ![s] = @ \ {l}]
          /\ left' = [left EXCEPT ![s] = @ \ {l}] /\ cmp' = [cmp EXCEPT ![s] = pass[s] = 0] /\ UNCHANGED pass
     ELSE NoDrain(s) /\ same' = [same EXCEPT ![s] = {}] /\ UNCHANGED <<own, stale, ver, tok, gone, late, untold>>
  /\ UNCHANGED <<pc, part, env>>
SQuiet(s) == \* a clean pass before the global lock is taken is the first of two
  /\ pc[s] = "quiet" /\ left[s] = {} /\ Go(s,"start") /\ left' = [left EXCEPT ![s] = Models]
  /\ pass' = [pass EXCEPT ![s] = 1] /\ cmp' = [cmp EXCEPT ![s] = TRUE] /\ UNCHANGED <<regs, part, env, absent>>
SEnd(s) ==
  /\ pc[s] = "drain" /\ ~lapsed[s] /\ left[s] = {}
  /\ IF OnePass \/ (pass[s] = 1 /\ (NoCompare \/ cmp[s]))
     THEN /\ Go(s,"work") /\ NoDrain(s) /\ same' = [same EXCEPT ![s] = {}]
     ELSE /\ left' = [left EXCEPT ![s] = Models] /\ pass' = [pass EXCEPT ![s] = 1]
          /\ cmp' = [cmp EXCEPT ![s] = TRUE] /\ UNCHANGED <<pc, same, absent>>
  /\ UNCHANGED <<own, stale, ver, tok, gone, late, untold, part, env>>
Ends(p) == pc[p] = "work" /\ ~lapsed[p] /\ (Leaves \/ \A c \in Kids(p): pc[c] = "done")
SDone(s) == Ends(s) /\ Drop(s) /\ Go(s,"done") /\ UNCHANGED <<part, env, drain>>
\* ---- run
Bears(m) == IF NoNonce THEN own[m[1]][1] = m[2][1] ELSE own[m[1]] = m[2]
\* a record that bears the nonce counts even when others may call it stale already: a fresh reader cannot know
AncLive(p) == \E m \in claim[p]: m[1] # G /\ Bears(m)
Backed(p) == \A m \in claim[p]: m[1] \in needs[p] => Bears(m)
\* claims are looked at first, those to what it passes through must not be stale either; of the others nothing may be known
RStart(p) == /\ pc[p] = "start" /\ ep[p] < MaxEp
             /\ ep' = [ep EXCEPT ![p] = @+1] /\ lapsed' = [lapsed EXCEPT ![p] = FALSE]
             /\ LET ok == Backed(p) /\ \A l \in Passed(p): ~stale[l] IN
                \/ Go(p, IF ok /\ \A m \in claim[p]: Bears(m) THEN "take" ELSE "done")
                \/ MaxLate > 0 /\ ok /\ Go(p,"take")
             /\ pre' = [pre EXCEPT ![p] = ReadBefore /\ AncLive(p)]
             /\ UNCHANGED <<regs, needs, wait, claim, env, drain>>
Takes(p,l) == pc[p] = "take" /\ ~lapsed[p] /\ l \in Want(p) /\ wait[p] \in {0,l}
Has(p) == wait' = [wait EXCEPT ![p] = 0] /\ UNCHANGED <<pc, ep, lapsed, needs, claim, pre, env, drain>>
RTake(p,l) == Takes(p,l) /\ Free(l) /\ Put({l}, N(p), TRUE) /\ Has(p)
RLost(p,l) == Takes(p,l) /\ Free(l) /\ Send(l, N(p)) /\ UNCHANGED <<pc, part, env, drain>>
RProve(p,l) == /\ Takes(p,l) /\ own[l] = N(p) /\ Has(p)
               /\ IF NoProof THEN untold' = untold \ {l} /\ UNCHANGED <<own, stale, ver, tok, gone, late, same>>
                  ELSE Put({l}, N(p), FALSE)
RBusy(p,l) == /\ Takes(p,l) /\ wait[p] = 0 /\ ~Free(l) /\ own[l] # N(p)
              /\ Give({k \in Mine(p): k > l}) /\ wait' = [wait EXCEPT ![p] = l]
              /\ UNCHANGED <<pc, ep, lapsed, needs, claim, pre, env, drain>>
BackOff(p) == Drop(p) /\ Go(p,"gwait") /\ wait' = [wait EXCEPT ![p] = 0]
Passes(p) == IF NoReread THEN claim[p] # {} ELSE IF ReadBefore THEN pre[p] ELSE AncLive(p)
Above(p) == <<G, own[G]>> \in claim[p]      \* an ancestor holds the global lock
RPeek(p) == \* waiting for a model, it looks at global too
            /\ pc[p] = "take" /\ ~lapsed[p] /\ wait[p] # 0 /\ ~Free(G) /\ ~Above(p) /\ ~Passes(p) /\ BackOff(p)
            /\ UNCHANGED <<ep, lapsed, needs, claim, pre, env, drain>>
RLook(p) == /\ pc[p] = "take" /\ ~lapsed[p] /\ Want(p) = {}
            /\ IF Own(p) = {} \/ Above(p) THEN Go(p,"work") /\ UNCHANGED <<regs, wait>>
               ELSE IF Free(G) THEN /\ Put(IF stale[G] THEN {G} ELSE {}, Nobody, TRUE) /\ Go(p,"work") /\ UNCHANGED wait
               ELSE IF claim[p] = {} THEN BackOff(p)
               ELSE IF NoReread \/ ReadBefore
                    THEN IF Passes(p) THEN Go(p,"work") /\ UNCHANGED <<regs, wait>> ELSE BackOff(p)
               ELSE Go(p,"reread") /\ UNCHANGED <<regs, wait>>
            /\ UNCHANGED <<ep, lapsed, needs, claim, pre, env, drain>>
RReread(p) == /\ pc[p] = "reread" /\ ~lapsed[p]
              /\ IF AncLive(p) THEN Go(p,"work") /\ UNCHANGED <<regs, wait>> ELSE BackOff(p)
              /\ UNCHANGED <<ep, lapsed, needs, claim, pre, env, drain>>
RGWait(p) == /\ pc[p] = "gwait" /\ (Free(G) \/ Above(p) \/ AncLive(p)) /\ Go(p,"start")
             /\ UNCHANGED <<regs, part, env, drain>>
RGiveUp(p) == \* what it was started under is gone
              /\ pc[p] = "gwait" /\ \E m \in claim[p]: ~Bears(m) /\ Go(p,"done") /\ UNCHANGED <<regs, part, env, drain>>
Spawn(p,c) == /\ pc[p] = "work" /\ ~lapsed[p] /\ Parent[c] = p /\ pc[c] = "asleep" /\ Go(c,"start")
              /\ claim' = [claim EXCEPT ![c] = IF p \in S THEN {<<G, N(p)>>} ELSE claim[p] \cup {<<l, N(p)>>: l \in Own(p)}]
              /\ UNCHANGED <<regs, ep, lapsed, needs, wait, pre, env, drain>>
RDone(p) == Ends(p) /\ Drop(p) /\ Go(p,"done") /\ UNCHANGED <<part, env, drain>>
\* ---- leases
Lapse(p) == /\ (Expire /\ Mine(p) # {}) \/ N(p) \in victim
            /\ ~lapsed[p] /\ lapsed' = [lapsed EXCEPT ![p] = TRUE]  \* one lease ends: all end
            /\ UNCHANGED <<regs, pc, ep, needs, wait, claim, pre, env, drain>>
\* whoever was started under what is gone is told of it by a look now and then
Told(p) == /\ p \in R /\ pc[p] = "work" /\ (\E m \in claim[p]: ~Bears(m)) /\ ~lapsed[p] /\ lapsed' = [lapsed EXCEPT ![p] = TRUE]
           /\ UNCHANGED <<regs, pc, ep, needs, wait, claim, pre, env, drain>>
Ended(l) == own[l] # Nobody /\ (l \in untold \/ lapsed[own[l][1]] \/ own[l][2] # ep[own[l][1]])
Age(l) == /\ Ended(l) /\ ~stale[l] /\ stale' = [stale EXCEPT ![l] = TRUE]
          /\ UNCHANGED <<own, ver, tok, gone, late, untold, same, pc, part, env, drain>>
LateRenew(l) == /\ Ended(l) /\ l \notin untold /\ Put({l}, own[l], FALSE) /\ UNCHANGED <<pc, part, env, drain>>
LateRelease(l) == Ended(l) /\ Put({l}, Nobody, FALSE) /\ UNCHANGED <<pc, part, env, drain>>
\* ---- a take lands after its sender has given up on an answer
Land(m) == /\ m[3] = (m[1] \in gone) /\ own' = [own EXCEPT ![m[1]] = m[2]]
           /\ LET l == m[1] IN
              /\ stale' = [stale EXCEPT ![l] = FALSE]
              /\ ver' = (IF Count THEN [ver EXCEPT ![l] = @+1] ELSE ver) /\ tok' = (IF Count THEN [tok EXCEPT ![l] = @+1] ELSE tok)
              /\ late' = {k \in late \ {m}: k[1] # l \/ (k[3] /\ removed < MaxRemove)}
              /\ untold' = untold \cup {l} /\ gone' = gone \ {l} /\ same' = [s \in S |-> same[s] \ {l}]
           /\ UNCHANGED <<pc, part, env, drain>>
\* ---- the operator, or a rule of the store that removes old records
Hit(l) == victim' = IF own[l] # Nobody /\ ~Ended(l) THEN victim \cup {own[l]} ELSE victim
Force(l) == /\ forced < MaxForce /\ own[l] # Nobody /\ forced' = forced + 1 /\ Hit(l)
            /\ Put({l}, Nobody, FALSE) /\ UNCHANGED <<pc, part, drain, removed>>
Remove(l) == /\ removed < MaxRemove /\ l \notin gone /\ (Young \/ \A s \in S: l \notin absent[s])
             /\ (Hasty \/ \A m \in late: m[1] # l \/ ~m[3]) /\ removed' = removed + 1 /\ Hit(l)
             /\ Keep({l}, Nobody, FALSE) /\ gone' = gone \cup {l} /\ UNCHANGED <<pc, part, drain, forced>>
\* a record stays behind only where it may run out, or an answer be lost
Stays == Expire \/ MaxLate > 0
Notice(p) == /\ lapsed[p] /\ pc[p] \in {"take","reread","drain","work"}
             /\ \E c \in {"start","done"}: Go(p,c)
             /\ wait' = [q \in R |-> IF q = p THEN 0 ELSE wait[q]] /\ victim' = victim \ {N(p)}
             /\ IF p \in S
                THEN /\ NoDrain(p)
                     /\ \/ /\ own' = [l \in Locks |-> IF l \in Mine(p) THEN Nobody ELSE own[l]] /\ Bump(Mine(p), FALSE)
                           /\ gone' = gone \ Mine(p) /\ same' = [t \in S |-> IF t = p THEN {} ELSE same[t] \ Mine(p)]
                        \/ Stays /\ same' = [same EXCEPT ![p] = {}] /\ UNCHANGED <<own, stale, ver, tok, gone, late, untold>>
                ELSE (Put(Mine(p), Nobody, FALSE) \/ (Stays /\ UNCHANGED regs)) /\ UNCHANGED drain
             /\ UNCHANGED <<ep, lapsed, needs, claim, pre, forced, removed>>
PStep(p) == \/ p \in S /\ (SSkip(p) \/ SQuiet(p) \/ STake(p) \/ SProve(p) \/ (\E l \in Models: SRead(p,l)) \/ SEnd(p) \/ SDone(p))
            \/ p \in R /\ (RStart(p) \/ (\E l \in Models: RTake(p,l) \/ RProve(p,l) \/ RBusy(p,l)) \/ RPeek(p) \/ RLook(p)
                           \/ RReread(p) \/ RGWait(p) \/ RGiveUp(p) \/ RDone(p))
            \/ \E c \in R: Spawn(p,c)
Env == \/ \E p \in Pr: Lapse(p) \/ Told(p) \/ Notice(p)
       \/ \E l \in Locks: Age(l) \/ LateRenew(l) \/ LateRelease(l) \/ Force(l) \/ Remove(l)
       \/ \E m \in late: Land(m)
       \/ \E s \in S: SLost(s)
       \/ \E p \in R: \E l \in Models: RLost(p,l)
Ended_ == \A p \in Pr: pc[p] = "done" \/ (pc[p] = "asleep" /\ pc[Parent[p]] \in {"asleep","done"})
AllDone == Ended_ /\ UNCHANGED vars
Next == (\E p \in Pr: PStep(p)) \/ Env \/ AllDone
Spec == Init /\ [][Next]_vars /\ \A p \in Pr: WF_vars(PStep(p)) /\ WF_vars(Notice(p))
SafeSpec == Init /\ [][Next]_vars
ToldSpec == SafeSpec /\ \A p \in R: WF_vars(Told(p))
-----------------------------------------------------------------------------
W(p) == pc[p] = "work" /\ ~lapsed[p]
\* whoever was freed by force, or passes through what is gone, learns it later: until then it does not count
Counts(p) == W(p) /\ N(p) \notin victim /\ (p \in R => Backed(p))
Under(r, s) == <<G, N(s)>> \in claim[r]
Exclusive == \A s \in S: \A r \in R: ~(Counts(s) /\ Counts(r) /\ ~Under(r,s))
OneStruct == \A s, t \in S: s # t => ~(Counts(s) /\ Counts(t))
OneRun == \A r, q \in R: (r # q /\ Counts(r) /\ Counts(q)) => Own(r) \cap Own(q) = {}
Held == \A p \in Pr: Counts(p) => IF p \in S THEN own[G] = N(p) ELSE \A l \in Own(p): own[l] = N(p)
\* with Count only
Rise == [][\A l \in Locks: /\ (own'[l] # own[l] => ver'[l] > ver[l])
                           /\ (own'[l] \notin {own[l], Nobody} => tok'[l] > tok[l])
                           /\ ver'[l] >= ver[l] /\ tok'[l] >= tok[l]]_vars
Bound == \A l \in Locks: ver[l] <= MaxVer
Enough == \A p \in Pr: ep[p] < MaxEp     \* the bound on attempts is never met (without lapses)
AllEnd == <>Ended_
ToldEnds == \A c \in R: (W(c) /\ \E m \in claim[c]: ~Bears(m)) ~> ~W(c)
\* nobody can move, not everybody has ended: then some child asks for a model that sorts before one of its parent's
\* (a drain goes on reading for ever, so a structural command counts as stuck while a model is held)
Still(s) == pc[s] = "done" \/ (pc[s] = "start" /\ ~Free(G)) \/ (pc[s] = "drain" /\ \E l \in Models: ~Free(l))
Stuck == ~Ended_ /\ (\A s \in S: Still(s)) /\ \A p \in R: ~ENABLED PStep(p)
OutOfOrder == \E c \in R: Parent[c] \in R /\ \E k \in needs[c]: \E l \in needs[Parent[c]]: k < l
StuckOnlyOut == Stuck => OutOfOrder
NeverStuck == ~Stuck
=============================================================================
