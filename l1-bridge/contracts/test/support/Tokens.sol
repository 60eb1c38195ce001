// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {IVault} from "../../src/interfaces/IVault.sol";

/// @notice A well-behaved token with any number of decimals.
contract TestToken is ERC20 {
    uint8 private immutable DECIMALS;

    constructor(uint8 decimals_) ERC20("Test", "TST") {
        DECIMALS = decimals_;
    }

    function decimals() public view virtual override returns (uint8) {
        return DECIMALS;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Takes one part in a hundred of each transfer.
contract FeeToken is TestToken {
    constructor() TestToken(18) {}

    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, amount);
        super._update(from, address(0xfee), amount / 100);
        super._update(from, to, amount - amount / 100);
    }
}

/// @notice Delivers more than it was asked for.
contract GenerousToken is TestToken {
    constructor() TestToken(18) {}

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0)) super._update(address(0), to, 1);
    }
}

/// @notice Takes the Vault's balance down when it should deliver.
contract ThievingToken is TestToken {
    constructor() TestToken(18) {}

    function transferFrom(address, address to, uint256) public override returns (bool) {
        _burn(to, balanceOf(to));
        return true;
    }
}

/// @notice Says false instead of reverting, and moves nothing.
contract FalseToken is TestToken {
    constructor() TestToken(18) {}

    function transfer(address, uint256) public pure override returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @notice Turns bad later, as upgradable tokens can: a fee on top, a fee out of what arrives, refused recipients, other decimals.
contract ChangingToken is TestToken {
    bool public feeOut;
    bool public feeOnTop;
    address public refused;
    uint8 private _decimals = 18;

    error Refused(address to);

    constructor() TestToken(18) {}

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function turn(bool feeOut_, bool feeOnTop_, address refused_, uint8 decimals_) external {
        (feeOut, feeOnTop, refused, _decimals) = (feeOut_, feeOnTop_, refused_, decimals_);
    }

    /// @notice A rebase: the balance of `who` becomes `amount`.
    function rebase(address who, uint256 amount) external {
        _burn(who, balanceOf(who));
        _mint(who, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (to == refused && to != address(0)) revert Refused(to);
        if (from == address(0) || to == address(0)) return super._update(from, to, amount);
        if (feeOnTop) super._update(from, address(0xfee), amount / 100);
        super._update(from, to, feeOut ? amount - amount / 100 : amount);
        if (feeOut) super._update(from, address(0xfee), amount / 100);
    }
}

/// @notice Returns nothing from transfer and transferFrom, as some old tokens do.
contract SilentToken {
    uint8 public constant decimals = 6;
    mapping(address who => uint256) public balanceOf;
    mapping(address who => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Calls back into the Vault in the middle of each transfer, with calldata chosen by the test.
contract CallbackToken is TestToken {
    address public target;
    bytes public call;
    bool public succeeded;
    bytes public answer;

    constructor() TestToken(18) {}

    function arm(address target_, bytes calldata call_) external {
        target = target_;
        call = call_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (target != address(0)) {
            address t = target;
            target = address(0);
            (succeeded, answer) = t.call(call);
        }
        super._update(from, to, amount);
    }
}

/// @notice A recipient of native coin that tries to be paid twice.
contract GreedyRecipient {
    address private immutable VAULT;
    bytes public call;
    uint256 public paid;
    bool public succeeded;
    bytes public answer;

    constructor(address vault) {
        VAULT = vault;
    }

    function arm(bytes calldata call_) external {
        call = call_;
    }

    receive() external payable {
        paid++;
        (succeeded, answer) = VAULT.call(call);
    }
}

/// @notice A recipient that refuses native coin.
contract RefusingRecipient {
    error No();

    receive() external payable {
        revert No();
    }
}
