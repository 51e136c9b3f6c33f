// While a slider moves, its shares are shown at once; the order follows from the server.
document.addEventListener("input", (event) => {
  const form = event.target.closest("#weights");
  if (!form) return;
  const inputs = [...form.querySelectorAll("input[type=range]")];
  const sum = inputs.reduce((total, input) => total + Number(input.value), 0) || 1;
  for (const input of inputs) {
    const said = `${Math.round((100 * Number(input.value)) / sum)}\u00a0%`;
    form.querySelector(`output[for="${input.id}"]`).textContent = said;
    input.setAttribute("aria-valuetext", said);
  }
});
