"use strict";
const rows = Array.from(document.querySelectorAll("#questions > details"));
const texts = rows.map((row) => row.textContent.toLowerCase());
const search = document.getElementById("search");
const choices = Array.from(document.querySelectorAll(".filters select"));
const shown = document.getElementById("shown");
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  rows.forEach((row, place) => {
    const fits = choices.every((choice) => !choice.value || row.dataset[choice.name] === choice.value)
      && words.every((word) => texts[place].includes(word));
    row.hidden = !fits;
    count += fits ? 1 : 0;
  });
  shown.textContent = `${count} of ${rows.length} questions`;
}
search.addEventListener("input", filter);
choices.forEach((choice) => choice.addEventListener("change", filter));
filter();
