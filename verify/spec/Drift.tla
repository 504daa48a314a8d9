------------------------------- MODULE Drift -------------------------------
(* How much drift the margins of a lease bear. Three clocks run at rates of their
   own, in hundredths of a tick per tick of real time: the holder's and the
   waiter's monotonic clocks and the store's. The holder believes in its lease
   for TTL - TTL/20 from the sending of its last good renewal. To the waiter the
   record is stale (a) when it has seen it unchanged for TTL + TTL/20 + 1 s, or,
   by the store's age, (b) from TTL + 2 s on, unchanged for TTL/2, or (c) from
   2*TTL + 2 s on; the store's times are whole seconds, so its age may be too
   great by almost one. The holder's machine may be suspended: its monotonic
   clock stands still, and the wall clock puts the lease in doubt once that was
   longer than the greater of 1 s and TTL/20.                                 *)
EXTENDS Integers
CONSTANTS TTL,      \* in ticks; a multiple of 20
  Sec,              \* ticks in a second; 0 for a ttl beside which a second is nothing
  Monotonic,        \* how much faster the faster of the two monotonic clocks may run, in percent
  Aged,             \* whether the store's age is to be had and trusted: (b) and (c)
  Store,            \* how much faster than the holder's clock the store's may run, in percent
  Nap,              \* for how many ticks at a time the holder's machine may be suspended; 0: never
  Grid              \* what is sent, applied, answered or seen first is so at every so many ticks
VARIABLES rate, ph,      \* rates of the holder's, the waiter's and the store's clock; real time within the grid
  h, gap,                \* since the sending of the last good renewal, by the holder's clock; how long that stood still since
  p, pgap, flight,       \* the same of the renewal on its way: "no", "sent", "applied"
  age,                   \* of the record, by the store's clock
  w,                     \* for how long the waiter has seen it unchanged, by its clock; -1: not yet
  taken
vars == <<rate, ph, h, gap, p, pgap, flight, age, w, taken>>
H(ticks) == 100 * ticks
Belief == H(TTL - TTL \div 20)
Min(a,b) == IF a < b THEN a ELSE b
Top == H(3*TTL)
Rates == {r \in [holder: {100, 100+Monotonic}, waiter: {100, 100+Monotonic}, store: {100, 100+Store, 100+Monotonic+Store}]:
             r.store <= r.holder + Store}
Init == /\ rate \in Rates /\ ph = 0 /\ h = 0 /\ gap = 0 /\ p = 0 /\ pgap = 0 /\ flight = "no"
        /\ age = 0 /\ w = -1 /\ taken = FALSE
Doubt == gap > IF TTL \div 20 > Sec THEN H(TTL \div 20) ELSE H(Sec)
Believes == h < Belief /\ ~Doubt
OnGrid == ph = 0 /\ ~taken
Send == /\ OnGrid /\ flight = "no" /\ Believes /\ flight' = "sent" /\ p' = 0 /\ pgap' = 0
        /\ UNCHANGED <<rate, ph, h, gap, age, w, taken>>
Apply == /\ OnGrid /\ flight = "sent" /\ flight' = "applied" /\ age' = 0 /\ w' = -1
         /\ UNCHANGED <<rate, ph, h, gap, p, pgap, taken>>
Lose == /\ OnGrid /\ flight # "no" /\ flight' = "no" /\ p' = 0 /\ pgap' = 0
        /\ UNCHANGED <<rate, ph, h, gap, age, w, taken>>
\* an answer that comes after the end revives nothing; one in doubt is proven by it
Answer == /\ OnGrid /\ flight = "applied" /\ h < Belief /\ flight' = "no" /\ h' = p /\ gap' = pgap /\ p' = 0 /\ pgap' = 0
          /\ UNCHANGED <<rate, ph, age, w, taken>>
See == /\ OnGrid /\ w = -1 /\ w' = 0 /\ UNCHANGED <<rate, ph, h, gap, p, pgap, flight, age, taken>>
Unchanged == H(TTL + TTL \div 20 + Sec)
\* the age as the store tells it, in whole seconds
Told == age + (IF Sec = 0 THEN 0 ELSE H(Sec) - 1)
Stale == w >= 0 /\ \/ w >= Unchanged
                   \/ Aged /\ Told >= H(TTL + 2*Sec) /\ w >= H(TTL \div 2)
                   \/ Aged /\ Told >= H(2*TTL + 2*Sec)
Take == /\ ~taken /\ Stale /\ taken' = TRUE /\ UNCHANGED <<rate, ph, h, gap, p, pgap, flight, age, w>>
Pass(ticks) == /\ age' = Min(Top, age + ticks*rate.store) /\ w' = (IF w < 0 THEN w ELSE Min(Top, w + ticks*rate.waiter))
               /\ UNCHANGED <<rate, flight, taken>>
Tick == /\ ~taken /\ h < Belief /\ ph' = (ph + 1) % Grid /\ Pass(1)
        /\ h' = h + rate.holder /\ p' = (IF flight = "no" THEN 0 ELSE p + rate.holder) /\ UNCHANGED <<gap, pgap>>
Suspend == /\ OnGrid /\ Nap > 0 /\ ~Doubt /\ h < Belief /\ Pass(Nap)
           /\ gap' = gap + H(Nap) /\ pgap' = (IF flight = "no" THEN 0 ELSE pgap + H(Nap)) /\ UNCHANGED <<ph, h, p>>
Next == Send \/ Apply \/ Lose \/ Answer \/ See \/ Take \/ Tick \/ Suspend
Spec == Init /\ [][Next]_vars
-----------------------------------------------------------------------------
\* whoever takes over finds nobody who believes
NeverTwo == taken => ~Believes
=============================================================================
