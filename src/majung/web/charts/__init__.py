"""Pictures that only pages draw, as SVG in the look's widths; the paper's charts are in `majung.publishing.charts`."""
