------------------------------ MODULE FileReg ------------------------------
(* The register of a folder: numbered versions, each of which says which file it
   follows, by number and bytes (here: by an id, since no bytes are written
   twice). A number is valid if the file it follows still lies there, or if it is
   the first; the register is the highest valid one. A swap is the exclusive
   link of the first number above that no invalid file (a stray) takes.
   A process may sleep before each of its steps for as long as it likes. The
   folder may be copied at any time, and be put back from the copy or be made
   anew under everybody's feet: then it is another folder of the same name.    *)
EXTENDS Naturals, FiniteSets
CONSTANTS P,        \* who swaps
  MaxN, MaxId,      \* numbers, files ever written
  MaxRestore,       \* how often the folder is put back or made anew
  Torn,             \* a copy may lack any of the files
  InPlace,          \* bad: put back by copying into the very folder
  Trailer,          \* "sum"; bad: "number" (names the number only), "none" (the highest number is the register)
  NoRecheck,        \* bad: the link alone is success
  OwnToo,           \* whoever linked looks for its own file too, after the look at the predecessor
  ByPath,           \* bad: the pruner deletes by path, not in the folder that it opened
  Descending,       \* bad: the pruner deletes downwards
  Keep,             \* how many versions the pruner leaves at the least, its own among them
  ReadAgain,        \* a number that is found after it was not there is read once more
  TwicePassed,      \* what is passed over as a stray is believed if two passes in a row find the same
  Reader            \* a reader whose listing is no snapshot looks as well
VARIABLES dir, info, next, copy, gen, rs,      \* the folder: number -> id of its file or 0; id -> what that says
  pc, exp, slot, own, occ, hand, todo,         \* the swapping ones
  was, lie,                                    \* ids that were ever the register; an answer was not true
  rpc, must, may, l1, at, rid, rhand, cur, before, misread   \* the reader
folder == <<dir, info, next, copy, gen, rs, was>>
writers == <<pc, exp, slot, own, occ, hand, todo, lie>>
reader == <<rpc, must, may, l1, at, rid, rhand, cur, before, misread>>
vars == <<folder, writers, reader>>
N == 1..MaxN
Nums(d) == {x \in N: d[x] # 0}
Max(s) == CHOOSE x \in s: \A y \in s: y <= x
Min(s) == CHOOSE x \in s: \A y \in s: x <= y
ValidId(d, x, id, inf) == \/ x = 1 \/ Trailer = "none"
                          \/ LET f == inf[id].f IN f > 0 /\ d[f] # 0 /\ (Trailer = "number" \/ d[f] = inf[id].fid)
Valids(d, inf) == {x \in Nums(d): ValidId(d, x, d[x], inf)}
Top(d, inf) == IF Valids(d, inf) = {} THEN 0 ELSE Max(Valids(d, inf))
TopId(d, inf) == IF Valids(d, inf) = {} THEN 0 ELSE d[Max(Valids(d, inf))]
Empty == [x \in N |-> 0]
Init == /\ dir = Empty /\ info = [i \in 1..MaxId |-> [f |-> 0, fid |-> 0]] /\ next = 1 /\ copy = Empty /\ gen = 0 /\ rs = 0
        /\ pc = [p \in P |-> "idle"] /\ exp = [p \in P |-> <<0,0>>] /\ slot = [p \in P |-> 0] /\ own = [p \in P |-> 0]
        /\ occ = [p \in P |-> 0] /\ hand = [p \in P |-> 0] /\ todo = [p \in P |-> {}] /\ was = {0} /\ lie = FALSE
        /\ rpc = "off" /\ must = {} /\ may = {} /\ l1 = {} /\ at = 0 /\ rid = 0 /\ rhand = 0 /\ cur = {} /\ before = <<>> /\ misread = FALSE
Go(p,c) == pc' = [pc EXCEPT ![p] = c]
\* a step that leaves the folder d with files inf; what the reader's listing may show follows from it
Now(d, inf) ==
  /\ dir' = d /\ info' = inf /\ was' = was \cup {TopId(d, inf)}
  /\ cur' = (IF rpc = "off" THEN cur ELSE cur \cup {TopId(d, inf)})
  /\ IF rpc \in {"list","list2"} /\ rhand = gen'
     THEN must' = must \cap Nums(d) /\ may' = may \cup Nums(d) ELSE UNCHANGED <<must, may>>
  /\ UNCHANGED <<rpc, l1, at, rid, rhand, before, misread>>
\* a writer that waits for nothing keeps nothing in mind, so that equal states are equal
Rest(p) == /\ Go(p,"idle") /\ exp' = [exp EXCEPT ![p] = <<0,0>>] /\ slot' = [slot EXCEPT ![p] = 0]
           /\ own' = [own EXCEPT ![p] = 0] /\ occ' = [occ EXCEPT ![p] = 0] /\ hand' = [hand EXCEPT ![p] = 0]
           /\ todo' = [todo EXCEPT ![p] = {}]
\* ---- swap
Read(p) == /\ pc[p] = "idle" /\ next <= MaxId /\ Go(p,"go")
           /\ exp' = [exp EXCEPT ![p] = <<Top(dir,info), TopId(dir,info)>>]
           /\ UNCHANGED <<folder, reader, slot, own, occ, hand, todo, lie>>
Begin(p) == /\ pc[p] = "go" /\ UNCHANGED <<folder, reader, lie>>
            /\ IF (IF exp[p][1] = 0 THEN Top(dir,info) # 0 ELSE dir[exp[p][1]] = 0) \/ exp[p][1] = MaxN
               THEN Rest(p)
               ELSE /\ Go(p,"link") /\ slot' = [slot EXCEPT ![p] = exp[p][1]+1]
                    /\ UNCHANGED <<exp, own, occ, hand, todo>>
Link(p) ==
  /\ pc[p] = "link" /\ UNCHANGED <<exp, slot, hand, todo, lie>>
  /\ IF dir[slot[p]] = 0
     THEN /\ next <= MaxId /\ next' = next + 1 /\ UNCHANGED <<copy, gen, rs, occ>>
          /\ own' = [own EXCEPT ![p] = next] /\ Go(p,"settle")
          /\ Now([dir EXCEPT ![slot[p]] = next], [info EXCEPT ![next] = [f |-> exp[p][1], fid |-> exp[p][2]]])
     ELSE /\ Go(p,"taken") /\ occ' = [occ EXCEPT ![p] = dir[slot[p]]] /\ UNCHANGED <<folder, reader, own>>
\* whoever finds a number taken reads what took it, which may be gone by then, and then the predecessor
Taken(p) ==
  /\ pc[p] = "taken" /\ UNCHANGED <<folder, reader, lie>>
  /\ IF exp[p][1] = 0 \/ dir[exp[p][1]] # exp[p][2] \/ slot[p] = MaxN \/ ValidId(dir, slot[p], occ[p], info)
     THEN Rest(p)
     ELSE Go(p,"link") /\ slot' = [slot EXCEPT ![p] = @+1] /\ occ' = [occ EXCEPT ![p] = 0] /\ UNCHANGED <<exp, own, hand, todo>>
IsFollowed(p) == LET t == TopId(dir,info) IN t # 0 /\ (t = own[p] \/ info[t].fid = own[p])
Applied(p) == /\ lie' = (lie \/ own[p] \notin was)
              /\ IF exp[p][1] <= 1 THEN Rest(p) ELSE Go(p,"prune") /\ UNCHANGED <<exp, slot, own, occ, hand, todo>>
Settle(p) ==
  /\ pc[p] = "settle" /\ UNCHANGED <<folder, reader>>
  /\ IF NoRecheck \/ (IF exp[p][1] = 0 THEN IsFollowed(p) ELSE dir[exp[p][1]] = exp[p][2])
     THEN IF OwnToo /\ exp[p][1] > 0 THEN Go(p,"own") /\ UNCHANGED <<exp, slot, own, occ, hand, todo, lie>> ELSE Applied(p)
     ELSE Rest(p) /\ UNCHANGED lie       \* unknown
LookForOwn(p) == /\ pc[p] = "own" /\ UNCHANGED <<folder, reader>>
                 /\ IF dir[slot[p]] = own[p] THEN Applied(p) ELSE Rest(p) /\ UNCHANGED lie
\* ---- prune: open, look for the own version by its path, list, delete
Open(p) == /\ pc[p] = "prune" /\ UNCHANGED <<folder, reader, lie>>
           /\ \/ Rest(p)
              \/ Go(p,"find") /\ hand' = [hand EXCEPT ![p] = gen] /\ UNCHANGED <<exp, slot, own, occ, todo>>
Find(p) == /\ pc[p] = "find" /\ UNCHANGED <<folder, reader, lie>>
           /\ LET old == {x \in Nums(dir): x < exp[p][1] /\ Cardinality({y \in Nums(dir): x < y /\ y <= slot[p]}) >= Keep} IN
              IF dir[slot[p]] # own[p] \/ (hand[p] # gen /\ ~ByPath) \/ old = {} THEN Rest(p)
              ELSE Go(p,"delete") /\ todo' = [todo EXCEPT ![p] = old] /\ UNCHANGED <<exp, slot, own, occ, hand>>
Delete(p) ==
  /\ pc[p] = "delete" /\ UNCHANGED <<lie, next, copy, gen, rs>>
  /\ LET x == IF Descending THEN Max(todo[p]) ELSE Min(todo[p]) IN
     /\ IF hand[p] = gen \/ ByPath THEN Now([dir EXCEPT ![x] = 0], info) ELSE UNCHANGED <<dir, info, was, reader>>
     /\ IF todo[p] = {x} THEN Rest(p)
        ELSE todo' = [todo EXCEPT ![p] = @ \ {x}] /\ UNCHANGED <<pc, exp, slot, own, occ, hand>>
\* ---- whoever looks after the directory
Copy == /\ rs < MaxRestore /\ dir # copy
        /\ \E keep \in SUBSET Nums(dir): /\ Torn \/ keep = Nums(dir)
                                         /\ copy' = [x \in N |-> IF x \in keep THEN dir[x] ELSE 0]
        /\ UNCHANGED <<dir, info, next, gen, rs, was, writers, reader>>
Restore == /\ rs < MaxRestore /\ rs' = rs + 1 /\ gen' = (IF InPlace THEN gen ELSE gen + 1)
           /\ \E d \in {copy, Empty}: d # dir /\ Now(d, info)
           /\ UNCHANGED <<next, copy, writers>>
\* ---- read: a listing has what lay there all the while, and any of what lay there for a while
RStart == /\ Reader /\ rpc = "off" /\ rpc' = "list" /\ must' = Nums(dir) /\ may' = Nums(dir) /\ rhand' = gen
          /\ cur' = {TopId(dir,info)} /\ UNCHANGED <<folder, writers, l1, at, rid, before, misread>>
ROff == /\ rpc' = "off" /\ must' = {} /\ may' = {} /\ l1' = {} /\ at' = 0 /\ rid' = 0 /\ rhand' = 0 /\ cur' = {} /\ before' = <<>>
\* a pass found id, 0 for absent, and is believed, or is to be confirmed by another one
RFound(id, ok) ==
  IF ok /\ TwicePassed /\ (\E x \in l1: x > at) /\ before # <<l1, id>>
  THEN /\ rpc' = "list" /\ must' = Nums(dir) /\ may' = Nums(dir) /\ rhand' = gen /\ before' = <<l1, id>>
       /\ l1' = {} /\ at' = 0 /\ rid' = 0 /\ UNCHANGED <<cur, misread>>
  ELSE ROff /\ misread' = (misread \/ (ok /\ id \notin cur))
RListed == /\ rpc = "list" /\ UNCHANGED <<folder, writers, rhand, cur, before, misread, rid>>
           /\ \E s \in SUBSET (may \ must): LET l == must \cup s IN
                 /\ l1' = l /\ at' = (IF l = {} THEN 0 ELSE Max(l)) /\ rpc' = (IF l = {} THEN "none" ELSE "file")
           /\ must' = {} /\ may' = {}
Lower == LET below == {x \in l1: x < at} IN
         at' = (IF below = {} THEN 0 ELSE Max(below)) /\ rpc' = (IF below = {} THEN "none" ELSE "file") /\ rid' = 0
RFile == /\ rpc = "file" /\ rid' = dir[at] /\ rpc' = (IF dir[at] = 0 THEN "gone" ELSE "valid")
         /\ UNCHANGED <<folder, writers, must, may, l1, at, rhand, cur, before, misread>>
RGone == /\ rpc = "gone" /\ UNCHANGED <<folder, writers, misread>>    \* was it an old listing?
         /\ IF dir[at] = 0 THEN ROff
            ELSE /\ IF ReadAgain THEN rpc' = "again" /\ UNCHANGED <<at, rid>> ELSE Lower
                 /\ UNCHANGED <<must, may, l1, rhand, cur, before>>
RAgain == /\ rpc = "again" /\ UNCHANGED <<folder, writers, must, may, l1, rhand, cur, before, misread>>
          /\ IF dir[at] = 0 THEN Lower ELSE rid' = dir[at] /\ rpc' = "valid" /\ UNCHANGED at
RValid == /\ rpc = "valid" /\ UNCHANGED <<folder, writers, must, may, l1, rhand, cur, before, misread>>
          /\ IF ValidId(dir, at, rid, info) THEN rpc' = "newest" /\ UNCHANGED <<at, rid>> ELSE Lower
RNewest == /\ rpc = "newest" /\ UNCHANGED <<folder, writers>>
           /\ LET free == Min({x \in 1..(MaxN+1): x > at /\ x \notin l1}) IN
              RFound(rid, free > MaxN \/ dir[free] = 0)
RNone == /\ rpc = "none" /\ rpc' = "list2" /\ must' = Nums(dir) /\ may' = Nums(dir) /\ rhand' = gen
         /\ UNCHANGED <<folder, writers, l1, at, rid, cur, before, misread>>
RNone2 == /\ rpc = "list2" /\ UNCHANGED <<folder, writers>>
          /\ RFound(0, must \subseteq l1 /\ l1 \subseteq may)
Next == \/ \E p \in P: Read(p) \/ Begin(p) \/ Link(p) \/ Taken(p) \/ Settle(p) \/ LookForOwn(p) \/ Open(p) \/ Find(p) \/ Delete(p)
        \/ Copy \/ Restore
        \/ RStart \/ RListed \/ RFile \/ RGone \/ RAgain \/ RValid \/ RNewest \/ RNone \/ RNone2
Spec == Init /\ [][Next]_vars
-----------------------------------------------------------------------------
AppliedIsTrue == ~lie
ReadIsTrue == ~misread      \* what a look shows was the register at some moment of the look
\* nobody but whoever puts the folder back changes the register otherwise than by following it
Follows == [][rs' # rs \/ TopId(dir',info') = TopId(dir,info)
              \/ (TopId(dir',info') # 0 /\ info'[TopId(dir',info')].fid = TopId(dir,info))]_vars
=============================================================================
