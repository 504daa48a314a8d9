package dev.fen.servers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** For tests that need Ceph's gateway; {@code .ci/ceph} starts one. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@EnabledIfEnvironmentVariable(
    named = CephServer.VARIABLE,
    matches = "http.+",
    disabledReason = CephServer.VARIABLE + " names no Ceph gateway to test on; .ci/ceph starts one")
@interface OnCeph {}
