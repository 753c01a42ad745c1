/**
 * A sum of money by Neumaier's summation, which keeps the part that each addition rounds off. The error is below the last
 * digit of the result; a plain sum of ten million costs of a cent is wrong by up to 1e-5 USD.
 */
export class ExactSum {
  #sum = 0;
  #rest = 0;

  add(value: number): void {
    const sum = this.#sum + value;
    this.#rest += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
  }

  /** Adds another sum, including the part that its additions rounded off. */
  addSum(other: ExactSum): void {
    this.add(other.#sum);
    this.#rest += other.#rest;
  }

  get value(): number {
    return this.#sum + this.#rest;
  }
}
