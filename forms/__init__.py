"""What was asked and what was answered: XLSForm in, XForm out; a filled form in, values out. Pure."""
