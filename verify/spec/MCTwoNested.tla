---- MODULE MCTwoNested ----
EXTENDS TwoLevelNested
\* p, q: parents; c child of p, d child of q; e: child of c; k: child of the structural command s1; r: a run of its own
Par == [x \in R |-> CASE x = "c" -> "p" [] x = "d" -> "q" [] x = "e" -> "c" [] x = "k" -> "s1" [] OTHER -> "none"]
Base(r) == [x \in R |-> CASE x \in {"p","d"} -> {1} [] x \in {"q","c","k"} -> {2} [] x = "e" -> {3} [] OTHER -> r]
\* p holds 1, its child asks for 2 (in order); r takes whatever
InOrder == {Base(r): r \in {{1},{2},{1,2}}}
One == {Base({1,2})}
\* p holds 2, its child asks for 1, r needs both
Rev == {[x \in R |-> CASE x = "p" -> {2} [] x = "c" -> {1} [] OTHER -> {1,2}]}
\* the child needs what its parent holds, alone or with a model of its own
Through == {[x \in R |-> CASE x = "p" -> {1} [] x = "c" -> n [] x = "e" -> {1} [] OTHER -> {1,2}]: n \in {{1},{1,2}}}
\* every assignment in which a child asks for none of its ancestors' models
Some == (SUBSET Models) \ {{}}
Any == {f \in [R -> Some]: \A x \in R: Par[x] \in R => f[x] \cap f[Par[x]] = {}}
\* the same, every child's models sort after its parent's
AnyInOrder == {f \in Any: \A x \in R: Par[x] \in R => \A k \in f[x]: \A l \in f[Par[x]]: k > l}
====
