// performance (https://w3c.github.io/hr-time/) and navigator.userAgent.
import { defineInterface } from './interfaces.js';

const { native } = core;
const { TypeError } = core.primordials;

let made = 0; // each class makes its one object below; a plugin cannot

function refuseMore() {
  if (made++ >= 2) throw new TypeError('Illegal constructor');
}

class Performance {
  #origin = native.timeOrigin();

  constructor() {
    refuseMore();
  }

  now() {
    void this.#origin;
    return native.now();
  }

  get timeOrigin() {
    return this.#origin;
  }

  toJSON() {
    return { timeOrigin: this.#origin };
  }
}

class Navigator {
  #agent = 'Patchbay';

  constructor() {
    refuseMore();
  }

  get userAgent() {
    return this.#agent;
  }
}

chunk.Performance = defineInterface(Performance);
chunk.Navigator = defineInterface(Navigator);
chunk.performance = new Performance();
chunk.navigator = new Navigator();
chunk.self = core.globalObject;
