import { setImmediate } from "node:timers/promises";

const subscribing = ["connect", "subscribe", "pSubscribe", "psubscribe", "sSubscribe", "ssubscribe"];

// Tracks an adapter's subscriptions, because adapters do not wait until their subscriptions are active.
export class Subscriptions {
  #pending = new Set();
  #pub;

  // Tracks the subscriptions of these clients from now on, and those of their duplicates.
  constructor(pub, sub) {
    this.#pub = pub;
    this.#watch(pub);
    this.#watch(sub);
  }

  // Resolves when all subscriptions are active.
  async settled() {
    do {
      await Promise.all(this.#pending);
      // A client subscribes in a later task than it connects.
      await setImmediate();
    } while (this.#pending.size > 0);
  }

  #watch(client) {
    for (const name of subscribing) {
      const subscribe = client[name]?.bind(client);
      if (subscribe) client[name] = (...args) => this.#track(subscribe(...args));
    }
    for (const name of ["xRead", "xread"]) this.#watchReading(client, name);
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (...args) => this.#watch(duplicate(...args));
    return client;
  }

  // Redis replies to a blocking read only when an entry arrives, which does not show that the read has begun. But Redis
  // executes commands in order: once the client is connected, a later command of another client runs after the read.
  #watchReading(client, name) {
    const read = client[name]?.bind(client);
    if (!read) return;
    client[name] = async (...args) => {
      client[name] = read;
      const stream = name === "xRead" ? args[0][0].key : args.at(-2);
      await this.#track(client.exists(stream));
      const entries = read(...args);
      this.#track(setImmediate().then(() => this.#pub.exists(stream)));
      return entries;
    };
  }

  #track(promise) {
    const done = promise.catch(() => {}).then(() => this.#pending.delete(done));
    this.#pending.add(done);
    return promise;
  }
}
