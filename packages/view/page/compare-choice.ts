/** The calls that the user chose for a comparison, one after the other. */
import { announcement, compareWith, go } from './state.ts';

export function chooseForComparison(id: string): void {
  const first = compareWith.value;
  if (first === undefined || first === id) {
    compareWith.value = first === id ? undefined : id;
    announcement.value = first === id ? 'No longer chosen' : 'Chosen for a comparison';
    return;
  }
  compareWith.value = undefined;
  go(`/compare?a=${first}&b=${id}`);
}
