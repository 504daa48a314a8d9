package dev.fen.servers;

import dev.fen.testkit.Medium;
import dev.fen.testkit.RemoteContract;
import dev.fen.testkit.Simulation;

/** The contract of the locks in a bucket of a real server. */
interface ServerContract extends RemoteContract {

  /** Where. */
  TestBucket bucket();

  /** Each request takes a server's time here. */
  @Override
  default int oneInSoManyPairs() {
    return 4;
  }

  @Override
  default Medium newMedium(Simulation simulation) {
    return new ServerMedium(bucket(), simulation);
  }
}
