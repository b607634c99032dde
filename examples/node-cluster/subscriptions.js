import { setImmediate } from "node:timers/promises";

const subscribing = ["connect", "subscribe", "pSubscribe", "psubscribe", "sSubscribe", "ssubscribe"];

// What an adapter subscribes to. It does not wait until that is in effect; who must not miss a message does.
export class Subscriptions {
  #pending = new Set();
  #pub;

  // Remembers what these clients subscribe to from now on, and every client that an adapter makes from them.
  constructor(pub, sub) {
    this.#pub = pub;
    this.#watch(pub);
    this.#watch(sub);
  }

  // Comes back when all of them are in effect.
  async settled() {
    do {
      await Promise.all(this.#pending);
      // A client that has connected subscribes a moment later.
      await setImmediate();
    } while (this.#pending.size > 0);
  }

  #watch(client) {
    for (const name of subscribing) {
      const subscribe = client[name]?.bind(client);
      if (subscribe) client[name] = (...args) => this.#remember(subscribe(...args));
    }
    for (const name of ["xRead", "xread"]) this.#watchReading(client, name);
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (...args) => this.#watch(duplicate(...args));
    return client;
  }

  // The answer to a read of a stream is an entry, much later, and no sign that the read has begun. But Redis keeps the
  // order in which it is asked: with the connection there already, what another one asks next is answered after that.
  #watchReading(client, name) {
    const read = client[name]?.bind(client);
    if (!read) return;
    client[name] = async (...args) => {
      client[name] = read;
      const stream = name === "xRead" ? args[0][0].key : args.at(-2);
      await this.#remember(client.exists(stream));
      const entries = read(...args);
      this.#remember(setImmediate().then(() => this.#pub.exists(stream)));
      return entries;
    };
  }

  #remember(promise) {
    const done = promise.catch(() => {}).then(() => this.#pending.delete(done));
    this.#pending.add(done);
    return promise;
  }
}
