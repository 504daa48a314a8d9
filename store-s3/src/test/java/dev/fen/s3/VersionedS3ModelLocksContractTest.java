package dev.fen.s3;

import dev.fen.testkit.ModelLocksContract;
import org.junit.jupiter.api.Tag;

@Tag("jdk-independent")
class VersionedS3ModelLocksContractTest implements ModelLocksContract, VersionedS3Contract {}
