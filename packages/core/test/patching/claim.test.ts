import assert from 'node:assert/strict';
import { type Claim, claim, claimAssigned, claimBehind } from '../../src/patching/claim.ts';

/** A class with a method, as an SDK has it. */
function makeClass() {
  return class Resource {
    name = 'resource';
    create(what: string, _options?: unknown): string {
      return `${this.name} ${what}`;
    }
  };
}

function makeClaim(label: string, enabled = () => true): Claim {
  return {
    owner: {},
    enabled,
    call: (original, self, args) => `${label}(${String(original.apply(self, args))})`,
  };
}

describe('the claim of a method', () => {
  it('keeps the name, the length and the flags of the method', () => {
    const Resource = makeClass();
    const before = Object.getOwnPropertyDescriptor(Resource.prototype, 'create');
    assert.equal(claim(Resource.prototype, 'create', makeClaim('a')), true);
    const after = Object.getOwnPropertyDescriptor(Resource.prototype, 'create');
    assert.equal(after?.value.name, 'create');
    assert.equal(after?.value.length, 2);
    assert.deepEqual({ ...after, value: 0 }, { ...before, value: 0 });
    assert.equal(new Resource().create('it'), 'a(resource it)');
  });

  it('calls one instrumentation: the enabled one with the newest claim', () => {
    const Resource = makeClass();
    let enabled = true;
    claim(Resource.prototype, 'create', makeClaim('a'));
    claim(
      Resource.prototype,
      'create',
      makeClaim('b', () => enabled),
    );
    assert.equal(new Resource().create('it'), 'b(resource it)');
    enabled = false;
    assert.equal(new Resource().create('it'), 'a(resource it)');
  });

  it('calls the method itself when all are disabled', () => {
    const Resource = makeClass();
    claim(
      Resource.prototype,
      'create',
      makeClaim('a', () => false),
    );
    assert.equal(new Resource().create('it'), 'resource it');
  });

  it('lets one instrumentation claim a method only once', () => {
    const Resource = makeClass();
    const mine = makeClaim('a');
    claim(Resource.prototype, 'create', mine);
    claim(Resource.prototype, 'create', { ...mine });
    assert.equal(new Resource().create('it'), 'a(resource it)');
  });

  it('leaves another library’s wrapper in place beneath it', () => {
    const Resource = makeClass();
    const native = Resource.prototype.create;
    Resource.prototype.create = function create(what) {
      return `other(${native.call(this, what)})`;
    };
    claim(Resource.prototype, 'create', makeClaim('a'));
    assert.equal(new Resource().create('it'), 'a(other(resource it))');
  });

  it('is not made twice where another library’s wrapper hides it', () => {
    const Resource = makeClass();
    claim(Resource.prototype, 'create', makeClaim('a'));
    const ours = Resource.prototype.create;
    Resource.prototype.create = function create(what) {
      return `other(${ours.call(this, what)})`;
    };
    claim(Resource.prototype, 'create', makeClaim('b'));
    assert.equal(new Resource().create('it'), 'other(b(resource it))');
  });

  it('is made again where another library has put the method back', () => {
    const Resource = makeClass();
    const native = Resource.prototype.create;
    const mine = makeClaim('a');
    claim(Resource.prototype, 'create', mine);
    Resource.prototype.create = native;
    claim(Resource.prototype, 'create', mine);
    assert.equal(new Resource().create('it'), 'a(resource it)');
  });

  it('behind a getter is made once for each instrumentation', () => {
    const Resource = makeClass();
    class Client {
      get resource() {
        return new Resource();
      }
    }
    const mine = makeClaim('a');
    for (let times = 0; times < 3; times++) claimBehind(Client.prototype, 'resource', 'create', mine);
    claimBehind(Client.prototype, 'resource', 'create', makeClaim('b'));
    assert.equal(new Client().resource.create('it'), 'b(resource it)');
    const getter = Object.getOwnPropertyDescriptor(Client.prototype, 'resource')?.get as object;
    assert.equal(Reflect.get(getter, Symbol.for('llmtrace.getters')).length, 2);
  });

  it('fails if there is no such method', () => {
    assert.equal(claim(undefined, 'create', makeClaim('a')), false);
    assert.equal(claim({}, 'create', makeClaim('a')), false);
    assert.equal(claim({ create: 1 }, 'create', makeClaim('a')), false);
  });
});

describe('the claim of a method that a constructor assigns', () => {
  /** A class as the SDK of Google has it. */
  const makeAssigning = () => {
    class Models {
      declare create: (what: string) => string;
      constructor() {
        this.create = (what) => `models ${what}`;
      }
    }
    return Models;
  };

  it('is on each object that is made later, with the flags of an assigned property', () => {
    const [Models, Untraced] = [makeAssigning(), makeAssigning()];
    const earlier = new Models();
    assert.equal(claimAssigned(Models.prototype, 'create', makeClaim('a')), true);
    const flags = (object: object) => ({ ...Object.getOwnPropertyDescriptor(object, 'create'), value: 0 });
    const later = new Models();
    assert.deepEqual(flags(later), flags(new Untraced()));
    assert.deepEqual([earlier.create('it'), later.create('it')], ['models it', 'a(models it)']);
    assert.deepEqual(Object.keys(later), ['create']);
  });

  it('calls one instrumentation, and an object of its own for each', () => {
    const Models = makeAssigning();
    let enabled = true;
    const second = makeClaim('b', () => enabled);
    for (const by of [makeClaim('a'), second, second]) claimAssigned(Models.prototype, 'create', by);
    const models = new Models();
    assert.equal(models.create('it'), 'b(models it)');
    enabled = false;
    assert.equal(models.create('it'), 'a(models it)');
    models.create = () => 'the application’s';
    assert.equal(models.create('it'), 'the application’s');
  });

  it('fails where the constructor assigns no such method', () => {
    assert.equal(claimAssigned(makeAssigning().prototype, 'generate', makeClaim('a')), false);
    assert.equal(claimAssigned(undefined, 'create', makeClaim('a')), false);
  });
});
