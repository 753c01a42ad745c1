/**
 * Sums of money. A plain sum of ten million costs of a cent is wrong by up to 1e-5 USD; these lose less than the last digit
 * of the result, because the part that each addition rounds off is kept (Neumaier's summation).
 */
export class ExactSum {
  #sum = 0;
  #rest = 0;

  add(value: number): void {
    const sum = this.#sum + value;
    this.#rest += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
  }

  /** Adds another sum, with the part of it that its value does not have. */
  addSum(other: ExactSum): void {
    this.add(other.#sum);
    this.#rest += other.#rest;
  }

  get value(): number {
    return this.#sum + this.#rest;
  }
}
