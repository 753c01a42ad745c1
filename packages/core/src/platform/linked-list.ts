/**
 * A list whose links are its entries: nothing is allocated for one that comes or goes. A `Set` that things enter and
 * leave all the time takes 280 ns for both, since it is built anew after every other one.
 */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

export class LinkedList<T extends Linked<T>> {
  first: T | undefined = undefined;
  last: T | undefined = undefined;

  /** Adds an entry at the end. */
  add(entry: T): void {
    entry.previous = this.last;
    if (this.last) this.last.next = entry;
    else this.first = entry;
    this.last = entry;
  }

  /** An entry that is gone leads to no other one: what the garbage collector has yet to find would keep them all. */
  remove(entry: T): void {
    const { previous, next } = entry;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    entry.previous = undefined;
    entry.next = undefined;
  }

  /** The entries; each of them may be removed as it comes. */
  *[Symbol.iterator](): Generator<T> {
    for (let entry = this.first; entry; ) {
      const { next } = entry;
      yield entry;
      entry = next;
    }
  }
}
