package dev.fen.s3;

import dev.fen.testkit.LeaseContract;
import org.junit.jupiter.api.Tag;

@Tag("jdk-independent")
class VersionedS3LeaseContractTest implements LeaseContract, VersionedS3Contract {}
