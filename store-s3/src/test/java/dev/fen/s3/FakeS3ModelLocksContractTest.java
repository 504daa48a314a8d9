package dev.fen.s3;

import dev.fen.testkit.ModelLocksContract;
import org.junit.jupiter.api.Tag;

@Tag("jdk-independent")
class FakeS3ModelLocksContractTest implements ModelLocksContract, FakeS3Contract {}
