package dev.fen.testkit.s3;

/** What goes wrong with one request. */
public enum Fault {
  /** Not carried out; answered 503 SlowDown. */
  SLOW_DOWN,
  /** Not carried out; answered 500 InternalError. */
  INTERNAL_ERROR,
  /** Not carried out; answered 409 ConditionalRequestConflict. */
  CONDITIONAL_CONFLICT,
  /** Not carried out; answered 403 AccessDenied. */
  ACCESS_DENIED,
  /** Not carried out; answered 400 ExpiredToken. */
  EXPIRED_TOKEN,
  /** Not carried out; answered 403 RequestTimeTooSkewed. */
  CLOCK_SKEW,
  /** Not carried out; answered 301 PermanentRedirect with the region of the bucket. */
  OTHER_REGION,
  /** Not carried out; answered 200 with a page of HTML, as a proxy's log-in does. */
  HTML_PAGE,
  /** Not carried out; the connection is reset. */
  RESET,
  /** Carried out; the connection is reset before the answer. */
  ANSWER_LOST,
  /** Carried out; the connection ends in the middle of the answer's first line. */
  HALF_ANSWER,
  /** Carried out; the connection ends in the middle of the answer's tag, or of its head. */
  CUT_HEAD,
  /** Carried out; the connection ends in the middle of the answer's body. */
  CUT_BODY,
  /** The connection is reset at once, and the request is carried out at {@link FakeS3#landLate}. */
  LATE,
  /** Not carried out and never answered. */
  NEVER_ANSWERED,
  /** Carried out; the answer comes when {@link FakeS3#awaitDelayed} lets it. */
  DELAYED,
  /** Carried out; the answer's bytes come one by one, half a second apart. */
  SLOW_BYTES,
  /** Carried out; the answer's head comes at once, its body as in {@link #SLOW_BYTES}. */
  SLOW_BODY
}
