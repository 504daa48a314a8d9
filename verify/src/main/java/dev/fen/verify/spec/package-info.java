/**
 * The models of the protocol, checked exhaustively: runs the model checker TLC over every
 * configuration of the specifications in {@code verify/spec} and compares what it finds with what
 * the list there expects. What may enter: what reads that list, runs TLC as a process of its own
 * and tells the outcome. The specifications themselves are data and stay out.
 */
@NullMarked
package dev.fen.verify.spec;

import org.jspecify.annotations.NullMarked;
