package dev.fen.s3;

import dev.fen.testkit.LeaseContract;
import org.junit.jupiter.api.Tag;

@Tag("jdk-independent")
class FakeS3LeaseContractTest implements LeaseContract, FakeS3Contract {}
