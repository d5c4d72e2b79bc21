// Tables that readers sort by their heads and search by a word.

function order(cell: Element | undefined): number | string {
  const given = cell?.getAttribute('data-order');
  if (given !== null && given !== undefined) return Number(given);
  return cell?.textContent?.trim().toLowerCase() ?? '';
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  // Where one of them has no number it comes last.
  if (typeof a === 'number') return 1;
  if (typeof b === 'number') return -1;
  return a.localeCompare(b);
}

function sortable(table: HTMLTableElement): void {
  const heads = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
  const body = table.tBodies[0];
  if (!body || body.rows.length < 2) return;
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const isNumber = head.classList.contains('n');
      const before = head.getAttribute('aria-sort');
      // Numbers begin with the largest: that is what is looked for.
      const first = isNumber ? 'descending' : 'ascending';
      const second = isNumber ? 'ascending' : 'descending';
      const now = before === first ? second : first;
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', now);
      const sign = now === 'ascending' ? 1 : -1;
      const rows = [...body.rows];
      rows.sort((a, b) => sign * compare(order(a.cells[column]), order(b.cells[column])));
      body.append(...rows);
    });
  });
}

function searchable(input: HTMLInputElement): void {
  const table = document.getElementById(input.dataset['filter'] ?? '') as HTMLTableElement | null;
  const body = table?.tBodies[0];
  const line = input.closest<HTMLElement>('.search');
  if (!body || !line) return;
  line.hidden = false;
  const status = line.querySelector('[role=status]');
  input.addEventListener('input', () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !(row.cells[0]?.textContent ?? '').toLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    if (status) status.textContent = wanted ? `${shown} of ${body.rows.length}` : '';
  });
}

/** Only what can be moved sideways is to be stepped on with the keyboard. */
function reachable(): void {
  document.querySelectorAll<HTMLElement>('.scroll').forEach((box) => {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  });
}

/** Makes every table that wants it sortable and searchable. */
export function prepare(): void {
  document.querySelectorAll<HTMLTableElement>('table[data-sortable]').forEach(sortable);
  document.querySelectorAll<HTMLInputElement>('input[data-filter]').forEach(searchable);
  document.querySelectorAll('details').forEach((one) => one.addEventListener('toggle', reachable));
  new ResizeObserver(reachable).observe(document.body);
}
